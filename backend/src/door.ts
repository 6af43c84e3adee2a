import { randomUUID } from 'node:crypto'
import { once } from 'node:events'
import { createServer, type RequestListener, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { Problem, problemBody, problemType } from './api/problem.ts'

/**
 * The HTTP server of the hub. It takes its port before anything else is touched, so that a start which cannot have it leaves alone
 * whoever does. Before `open` and after `shut` it answers 503.
 */
export class Door {
  readonly server: Server
  /** Where it listens, by address: `http://127.0.0.1:8080`. */
  readonly url: string
  readonly port: number
  private answer = refuse('starting', 'The hub is starting; try again in a moment.')

  private constructor(server: Server, host: string) {
    this.server = server
    this.port = (server.address() as AddressInfo).port
    const shown = ['0.0.0.0', '::'].includes(host) ? '127.0.0.1' : host
    this.url = `http://${shown.includes(':') ? `[${shown}]` : shown}:${this.port}`
    server.on('request', (request, response) => this.answer(request, response))
  }

  /** @throws Error with a sentence that names the port when it cannot be had */
  static async listen({ host, port }: { host: string; port: number }): Promise<Door> {
    const server = createServer({
      headersTimeout: 5_000,
      requestTimeout: 30_000,
      connectionsCheckingInterval: 1_000,
      keepAliveTimeout: 72_000,
    })
    // Every browser and client that is told localhost also looks at this address; listening on a name binds only one of its addresses.
    server.listen({ host: host === 'localhost' ? '127.0.0.1' : host, port })
    await once(server, 'listening').catch((error: NodeJS.ErrnoException) => {
      throw listenProblem(error, host, port)
    })
    return new Door(server, host)
  }

  /** From here on requests are answered by the hub. */
  open(answer: RequestListener): void {
    this.answer = answer
  }

  /** Takes nothing new; what is being answered goes on. */
  shut(): void {
    this.answer = refuse('stopping', 'The hub is stopping; try again in a moment.')
  }

  /** Hangs up and frees the port. */
  async close(): Promise<void> {
    const closed = once(this.server, 'close')
    this.server.close()
    this.server.closeAllConnections()
    await closed
  }
}

function refuse(code: string, detail: string): RequestListener {
  const problem = new Problem(503, code, detail, { headers: { 'retry-after': '1' } })
  const headers = { ...problem.headers, 'content-type': problemType, 'cache-control': 'no-store', connection: 'close' }
  return (_request, response) => {
    response.writeHead(problem.status, headers)
    response.end(JSON.stringify(problemBody(problem, randomUUID())))
  }
}

function listenProblem(error: NodeJS.ErrnoException, host: string, port: number): Error {
  if (error.code === 'EADDRINUSE') {
    return new Error(
      `Port ${port} on ${host} is taken by another program, perhaps by a hub that runs already. Stop it, or set PORT to a free one.`,
    )
  }
  if (error.code === 'EACCES') return new Error(`This user may not listen on port ${port}. Set PORT to 1024 or more.`)
  return new Error(`The hub cannot listen on ${host}:${port} (HOST, PORT): ${error.message}`)
}
