import type { AddressInfo } from 'node:net'
import { type WebSocket, WebSocketServer } from 'ws'

/** A private stream of the venue's form on a free port of this machine: every handshake succeeds, only known keys are subscribed. */
export async function startStreamServer() {
  const server = new WebSocketServer({ port: 0, host: '127.0.0.1' })
  await new Promise((resolve) => server.once('listening', resolve))
  const known = new Set<string>()
  const lines: { ws: WebSocket; key: string; events: string[]; path: string }[] = []
  const settings = { answers: true }

  server.on('connection', (ws, request) => {
    const url = new URL(request.url ?? '', 'ws://localhost')
    const key = url.searchParams.get('listenKey') ?? ''
    const events = (url.searchParams.get('events') ?? '').split('/')
    lines.push({ ws, key, events, path: url.pathname })
    ws.on('message', (data) => {
      const { id } = JSON.parse(data.toString()) as { id: number }
      const result = known.has(key) ? events.map((event) => `${key}@${event}`) : []
      if (settings.answers) ws.send(JSON.stringify({ result, id }))
    })
  })

  return {
    url: `ws://127.0.0.1:${(server.address() as AddressInfo).port}`,
    known,
    /** Every connection so far, oldest first. */
    lines,
    settings,
    send(text: string, key?: string) {
      for (const line of lines) if (key === undefined || line.key === key) line.ws.send(text)
    },
    open: () => lines.filter(({ ws }) => ws.readyState === ws.OPEN).length,
    async close() {
      for (const { ws } of lines) ws.terminate()
      await new Promise((resolve) => server.close(resolve))
    },
  }
}

export type StreamServer = Awaited<ReturnType<typeof startStreamServer>>
