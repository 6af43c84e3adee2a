import type { AddressInfo } from 'node:net'
import { type WebSocket, WebSocketServer } from 'ws'

export interface Line {
  ws: WebSocket
  /** `private` or `business`. */
  path: string
  /** Everything received, in order: `login`, the channels, `ping`. */
  heard: string[]
}

interface Message {
  id?: string
  op: string
  args: { channel?: string; apiKey?: string }[]
}

/** The two private sockets of the venue's form on a free port of this machine. */
export async function startPrivateSockets() {
  const server = new WebSocketServer({ port: 0, host: '127.0.0.1' })
  await new Promise((resolve) => server.once('listening', resolve))
  const lines: Line[] = []
  /** What it does instead of what it should. */
  const settings: {
    login: () => string | null
    subscribe: (channel: string) => 'confirm' | 'ignore' | string
    pongs: boolean
  } = { login: () => '{"event":"login","code":"0","msg":"","connId":"c1"}', subscribe: () => 'confirm', pongs: true }

  function answer(line: Line, { id, op, args }: Message) {
    if (op === 'login') {
      line.heard.push('login')
      const text = settings.login()
      if (text !== null) line.ws.send(text)
      return
    }
    const channel = args[0]?.channel ?? ''
    line.heard.push(channel)
    const reaction = settings.subscribe(channel)
    if (reaction === 'confirm') line.ws.send(JSON.stringify({ id, event: 'subscribe', arg: args[0], connId: 'c1' }))
    else if (reaction !== 'ignore') line.ws.send(reaction.replace('$id', id ?? ''))
  }

  server.on('connection', (ws, request) => {
    const line: Line = { ws, path: (request.url ?? '').replace('/ws/v5/', ''), heard: [] }
    lines.push(line)
    ws.on('message', (data) => {
      const text = data.toString()
      if (text !== 'ping') return answer(line, JSON.parse(text) as Message)
      line.heard.push('ping')
      if (settings.pongs) ws.send('pong')
    })
  })

  const open = (path: string) => lines.filter((line) => line.path === path && line.ws.readyState === line.ws.OPEN)
  return {
    url: `ws://127.0.0.1:${(server.address() as AddressInfo).port}`,
    /** Every connection so far, oldest first. */
    lines,
    settings,
    /** Those of a path that are open now, oldest first. */
    open,
    send(path: string, text: string) {
      for (const line of open(path)) line.ws.send(text)
    },
    hangUp(path: string, code: number, reason = '') {
      for (const line of open(path)) line.ws.close(code, reason)
    },
    async close() {
      for (const { ws } of lines) ws.terminate()
      await new Promise((resolve) => server.close(resolve))
    },
  }
}

export type PrivateSockets = Awaited<ReturnType<typeof startPrivateSockets>>
