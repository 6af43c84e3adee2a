import { createHmac } from 'node:crypto'
import type { AddressInfo } from 'node:net'
import { type WebSocket, WebSocketServer } from 'ws'

/** What a client sent. */
export interface Sent {
  op: string
  req_id?: string
  args?: unknown[]
}

type Answer = (sent: Sent) => readonly (object | string)[]

/** A private stream of the venue's form on a free port of this machine. Its answers can be replaced one by one. */
export async function startStreamServer(secret: string) {
  const server = new WebSocketServer({ port: 0, host: '127.0.0.1' })
  await new Promise((resolve) => server.once('listening', resolve))
  const lines: { ws: WebSocket; path: string; headers: Record<string, unknown>; sent: Sent[] }[] = []

  const answers: Record<string, Answer> = {
    auth: ({ args }) => {
      const [, expires, signature] = args as [string, number, string]
      const ok = signature === createHmac('sha256', secret).update(`GET/realtime${expires}`).digest('hex')
      return [{ success: ok, ret_msg: ok ? '' : 'Params Error', op: 'auth', conn_id: 'c1' }]
    },
    subscribe: ({ req_id }) => [{ success: true, ret_msg: '', op: 'subscribe', conn_id: 'c1', req_id }],
    ping: ({ req_id }) => [{ req_id, op: 'pong', args: ['1795336000500'], conn_id: 'c1' }],
  }

  server.on('connection', (ws, request) => {
    const line = { ws, path: request.url ?? '', headers: request.headers, sent: [] as Sent[] }
    lines.push(line)
    ws.on('message', (data) => {
      const message = JSON.parse(data.toString()) as Sent
      line.sent.push(message)
      for (const answer of answers[message.op]?.(message) ?? []) {
        ws.send(typeof answer === 'string' ? answer : JSON.stringify(answer))
      }
    })
  })

  return {
    url: `ws://127.0.0.1:${(server.address() as AddressInfo).port}/v5/private`,
    /** Every connection so far, oldest first. */
    lines,
    answers,
    send(text: string) {
      for (const { ws } of lines) if (ws.readyState === ws.OPEN) ws.send(text)
    },
    open: () => lines.filter(({ ws }) => ws.readyState === ws.OPEN).length,
    /** What was sent on a line, by name. */
    ops: (line: number) => lines[line]?.sent.map(({ op }) => op) ?? [],
    async close() {
      for (const { ws } of lines) ws.terminate()
      await new Promise((resolve) => server.close(resolve))
    },
  }
}

export type StreamServer = Awaited<ReturnType<typeof startStreamServer>>
