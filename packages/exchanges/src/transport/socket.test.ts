import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { afterEach, expect, test, vi } from 'vitest'
import { type WebSocket as ServerSocket, WebSocketServer } from 'ws'
import { Socket, type SocketEnd, type SocketHandler } from './socket.ts'
import { testTransport } from './test-transport.ts'

const cleanups: (() => unknown)[] = []
afterEach(async () => {
  for (const cleanup of cleanups.splice(0)) await cleanup()
})

async function serve(
  onConnection: (socket: ServerSocket) => void,
  options: { autoPong?: boolean; refuse?: number } = {},
) {
  const server = createServer()
  const wss = new WebSocketServer({ noServer: true, autoPong: options.autoPong ?? true })
  server.on('upgrade', (request, socket, head) => {
    if (options.refuse) {
      socket.end(`HTTP/1.1 ${options.refuse} No\r\nRetry-After: 7\r\nContent-Length: 0\r\n\r\n`)
      return
    }
    wss.handleUpgrade(request, socket, head, onConnection)
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  cleanups.push(() => {
    for (const client of wss.clients) client.terminate()
    server.close()
  })
  return `ws://127.0.0.1:${(server.address() as AddressInfo).port}/`
}

function open(url: string, extra: Partial<SocketHandler> = {}) {
  const frames: string[] = []
  const ends: SocketEnd[] = []
  const transport = testTransport()
  const handler: SocketHandler = {
    onOpen: () => {},
    onFrame: (_socket, text) => frames.push(text),
    onClose: (_socket, end) => ends.push(end),
    ...extra,
  }
  const socket = new Socket(transport, url, handler, { idleMs: 60, answerMs: 60 })
  cleanups.push(() => socket.close())
  return { socket, frames, ends, transport }
}

test('delivers frames and stays open while pings are answered', async () => {
  const url = await serve((server) => server.send('hello'))
  const { socket, frames, ends } = open(url)
  await vi.waitFor(() => expect(frames).toEqual(['hello']))
  const first = socket.lastAliveAt ?? 0
  await vi.waitFor(() => expect(socket.lastAliveAt).toBeGreaterThan(first + 100))
  expect(ends).toEqual([])
})

test('a line that answers no ping is ended as silent', async () => {
  const url = await serve(() => {}, { autoPong: false })
  const { ends } = open(url)
  await vi.waitFor(() => expect(ends).toMatchObject([{ opened: true, silent: true }]))
})

test('with a probe of its own only frames count, and an answered probe keeps the line', async () => {
  const answering = await serve((server) => server.on('message', () => server.send('pong')))
  const deaf = await serve(() => {})
  const probe = (socket: Socket) => void socket.send('ping')
  const alive = open(answering, { probe })
  const dead = open(deaf, { probe })
  await vi.waitFor(() => expect(dead.ends).toMatchObject([{ silent: true }]))
  await vi.waitFor(() => expect(alive.frames.length).toBeGreaterThan(1))
  expect(alive.ends).toEqual([])
})

test('a refused upgrade tells status and Retry-After', async () => {
  const url = await serve(() => {}, { refuse: 429 })
  const { ends } = open(url)
  await vi.waitFor(() => expect(ends).toMatchObject([{ opened: false, status: 429 }]))
  expect(ends[0]?.retryAt).toBeGreaterThan(Date.now() + 5_000)
})

test('an address nobody listens on ends the socket once', async () => {
  const url = await serve(() => {})
  await cleanups.pop()?.()
  const { ends } = open(url)
  await vi.waitFor(() => expect(ends).toMatchObject([{ opened: false, status: null }]))
})

test('a handler that throws costs its socket, not the process', async () => {
  const url = await serve((server) => server.send('boom'))
  const { ends, transport } = open(url, {
    onFrame: () => {
      throw new Error('cannot')
    },
  })
  await vi.waitFor(() => expect(ends).toMatchObject([{ error: 'handler failed' }]))
  expect(transport.logs).toMatchObject([{ event: 'socket_handler_failed' }])
})

test('after close no handler is called', async () => {
  let hungUp = false
  const url = await serve((server) => {
    server.on('close', () => {
      hungUp = true
    })
  })
  const opened: unknown[] = []
  const { socket, ends } = open(url, { onOpen: () => opened.push(1) })
  await vi.waitFor(() => expect(opened).toHaveLength(1))
  socket.close()
  await vi.waitFor(() => expect(hungUp).toBe(true))
  expect(ends).toEqual([])
  expect(socket.send('late')).toBe(false)
})
