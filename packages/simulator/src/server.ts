import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo, Socket } from 'node:net'
import { type HttpReply, ipOf, readBody, splitUrl } from './http/request.ts'
import { handleSim, isLoopbackHost } from './sim-api/routes.ts'
import type { Venue } from './venue.ts'
import type { World } from './world.ts'

export interface Server {
  url: string
  port: number
  close(): Promise<void>
}

/** One port for all venues and the controls: requests and WebSocket upgrades go by the path's prefix. */
export async function startServer(world: World, host: string, port: number): Promise<Server> {
  const venueOf = (path: string): Venue | undefined => world.venues.find((venue) => path.startsWith(`${venue.prefix}/`))
  const server = createServer({ keepAliveTimeout: 65_000, requestTimeout: 60_000 }, (message, response) => {
    answer(world, venueOf, message)
      .then((reply) => write(response, reply))
      .catch((error) => {
        world.log(`request failed: ${error instanceof Error ? error.stack : String(error)}`)
        write(response, { status: 400, body: '{"error":"the request could not be read"}' })
      })
  })
  const sockets = new Set<Socket>()
  server.on('connection', (socket) => {
    sockets.add(socket)
    socket.on('close', () => sockets.delete(socket))
  })
  server.on('upgrade', (request, socket, head) => {
    socket.on('error', () => socket.destroy())
    const venue = venueOf(splitUrl(request.url ?? '').path)
    if (venue) venue.upgrade(request, socket, head)
    else socket.end('HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\nConnection: close\r\n\r\n')
  })
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject)
    server.listen(port, host, resolve)
  })
  const address = server.address() as AddressInfo
  const shown = host.includes(':') ? `[${host}]` : host
  return {
    url: `http://${shown}:${address.port}`,
    port: address.port,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve())
        for (const socket of sockets) socket.destroy()
      }),
  }
}

async function answer(
  world: World,
  venueOf: (path: string) => Venue | undefined,
  message: IncomingMessage,
): Promise<HttpReply> {
  const { path, query } = splitUrl(message.url ?? '/')
  const request = {
    method: message.method ?? 'GET',
    path,
    query,
    body: await readBody(message),
    headers: message.headers,
    ip: ipOf(message),
  }
  if (path.startsWith('/sim/')) {
    if (!isLoopbackHost(message.headers.host)) {
      return { status: 403, body: '{"error":"the controls answer to this machine only (loopback Host header)"}' }
    }
    return handleSim(world, request)
  }
  const venue = venueOf(path)
  if (venue) return venue.handle(request)
  const bases = world.venues.map((each) => each.prefix)
  return {
    status: 404,
    body: JSON.stringify({ error: `nothing here; venues live under ${bases.join(', ')}, controls under /sim` }),
  }
}

function write(response: ServerResponse, reply: HttpReply): void {
  if (response.headersSent || response.destroyed) return
  if (reply.hangUp) {
    response.destroy()
    return
  }
  response.writeHead(reply.status, {
    'Content-Type': reply.type ?? 'application/json;charset=UTF-8',
    'Content-Length': Buffer.byteLength(reply.body),
    ...reply.headers,
  })
  response.end(reply.body)
}
