import { once } from 'node:events'
import { type ServerMessage, serverMessageSchema } from '@tradercoin/protocol'
import { WebSocket } from 'ws'

export interface TabOptions {
  token?: string
  resume?: { epoch: string; seq: number }
  sessionId?: string
  query?: string
  headers?: Record<string, string>
  origin?: string
}

/** A tab as any program would write it with `ws` alone. Every message is held against the protocol. */
export class TestTab {
  readonly socket: WebSocket
  readonly messages: ServerMessage[] = []
  closeCode: number | null = null
  closeReason = ''
  private wake: (() => void)[] = []

  constructor(url: string, options: TabOptions = {}) {
    const query = options.query ?? (options.sessionId ? `?session_id=${options.sessionId}` : '')
    this.socket = new WebSocket(`${url.replace('http', 'ws')}/api/v1/trading/ws${query}`, {
      headers: options.headers ?? {},
      ...(options.origin !== undefined && { origin: options.origin }),
      perMessageDeflate: true,
    })
    this.socket.on('message', (data) => {
      this.messages.push(serverMessageSchema.parse(JSON.parse(data.toString())))
      this.notify()
    })
    this.socket.on('close', (code, reason) => {
      this.closeCode = code
      this.closeReason = reason.toString()
      this.notify()
    })
    this.socket.on('error', () => {})
    this.socket.on('open', () => {
      const { token, resume } = options
      if (token !== undefined) this.send({ type: 'auth', data: { token, ...(resume && { resume }) } })
    })
  }

  send(message: unknown): void {
    this.socket.send(typeof message === 'string' ? message : JSON.stringify(message))
  }

  async opened(): Promise<this> {
    if (this.socket.readyState === WebSocket.CONNECTING) await once(this.socket, 'open')
    return this
  }

  /** Resolves with what `look` finds, as soon as it finds something. */
  async until<T>(look: () => T | undefined | null | false, what = 'what is awaited', ms = 15_000): Promise<T> {
    const end = Date.now() + ms
    for (;;) {
      const found = look()
      if (found) return found
      const left = end - Date.now()
      if (left <= 0)
        throw new Error(`${what} did not come; last: ${JSON.stringify(this.messages.at(-1))?.slice(0, 300)}`)
      let timer: NodeJS.Timeout | undefined
      await new Promise<void>((resolve) => {
        this.wake.push(resolve)
        timer = setTimeout(resolve, left)
      })
      clearTimeout(timer)
    }
  }

  message<T extends ServerMessage['type']>(type: T, ms?: number): Promise<Extract<ServerMessage, { type: T }>> {
    const find = () => this.messages.find((message) => message.type === type) as Extract<ServerMessage, { type: T }>
    return this.until(find, type, ms)
  }

  get seqs(): number[] {
    return this.messages.flatMap((message) => ('seq' in message ? [message.seq] : []))
  }

  /** Resolves once the event of this number has come. */
  seq(wanted: number, ms?: number): Promise<unknown> {
    return this.until(() => (this.seqs.at(-1) ?? 0) >= wanted, `seq ${wanted}`, ms)
  }

  closed(ms?: number): Promise<number> {
    return this.until(() => this.closeCode ?? undefined, 'the close', ms)
  }

  end(): void {
    this.socket.terminate()
  }

  private notify(): void {
    const wake = this.wake
    this.wake = []
    for (const resolve of wake) resolve()
  }
}

/** A tab that is signed in and live. */
export async function liveTab(url: string, token: string, more: TabOptions = {}): Promise<TestTab> {
  const tab = new TestTab(url, { token, ...more })
  await tab.message('ready')
  return tab
}

/** The status with which an upgrade is refused. */
export async function refusedStatus(url: string, options: TabOptions & { path?: string } = {}): Promise<number> {
  const { origin, query = '', headers = {}, path = '/api/v1/trading/ws' } = options
  const socket = new WebSocket(`${url.replace('http', 'ws')}${path}${query}`, {
    headers,
    ...(origin !== undefined && { origin }),
  })
  return new Promise((resolve, reject) => {
    socket.on('unexpected-response', (request, response) => {
      resolve(response.statusCode ?? 0)
      request.destroy()
    })
    socket.on('open', () => {
      socket.terminate()
      reject(new Error('the upgrade was accepted'))
    })
    socket.on('error', () => {})
  })
}
