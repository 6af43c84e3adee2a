import type { WebSocket } from 'ws'
import type { Clock } from '../engine/clock.ts'

export interface CaredSocket {
  readonly ws: WebSocket
  /** Plays dead: gets no ping, and its own pings stay unanswered. */
  silent(): boolean
}

interface Entry {
  socket: CaredSocket
  connectedAt: number
  lastPong: number
  uncut: () => void
}

export interface HeartbeatOptions {
  pingEveryMs: number
  pongWithinMs: number
  lifetimeMs: number
  clock: Clock
}

/** Pings sockets, cuts those that do not answer, and cuts all at the end of their life. */
export class Heartbeat {
  readonly #options: HeartbeatOptions
  readonly #entries = new Map<WebSocket, Entry>()
  readonly #timer: NodeJS.Timeout

  constructor(options: HeartbeatOptions) {
    this.#options = options
    this.#timer = setInterval(() => this.#beat(), options.pingEveryMs)
    this.#timer.unref()
  }

  get size(): number {
    return this.#entries.size
  }

  sockets(): WebSocket[] {
    return [...this.#entries.keys()]
  }

  add(socket: CaredSocket): void {
    const { clock, lifetimeMs } = this.#options
    const entry: Entry = {
      socket,
      connectedAt: Date.now(),
      lastPong: Date.now(),
      uncut: clock.at(clock.aged() + lifetimeMs, () => socket.ws.close(1008, 'disconnected after 24 hours')),
    }
    this.#entries.set(socket.ws, entry)
    socket.ws.on('pong', () => {
      entry.lastPong = Date.now()
    })
    socket.ws.on('ping', (data) => {
      if (!socket.silent()) socket.ws.pong(data)
    })
    socket.ws.on('error', () => socket.ws.terminate())
    socket.ws.on('close', () => {
      entry.uncut()
      this.#entries.delete(socket.ws)
    })
  }

  close(): void {
    clearInterval(this.#timer)
    for (const entry of this.#entries.values()) {
      entry.uncut()
      entry.socket.ws.terminate()
    }
  }

  #beat(): void {
    const now = Date.now()
    const payload = Buffer.from(String(now))
    for (const { socket, lastPong, connectedAt } of this.#entries.values()) {
      const patience = this.#options.pongWithinMs + this.#options.pingEveryMs
      if (now - Math.max(lastPong, connectedAt) > patience) socket.ws.terminate()
      else if (!socket.silent() && socket.ws.readyState === socket.ws.OPEN) socket.ws.ping(payload)
    }
  }
}
