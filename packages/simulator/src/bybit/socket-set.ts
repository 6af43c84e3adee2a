import type { RawData, WebSocket } from 'ws'
import type { Account } from '../engine/account.ts'
import type { Clock } from '../engine/clock.ts'
import type { Random } from '../engine/random.ts'
import type { Delivery, Link } from '../faults/delivery.ts'
import { toJson } from '../http/json.ts'

const EXCHANGE = 'bybit'
const LOOK_EVERY_MS = 30_000
const IDLE_MS = 600_000
const SHORTEST_IDLE_MS = 30_000

/** One connection of any path. */
export class BybitSocket {
  readonly ws: WebSocket
  readonly ip: string
  readonly connId: string
  readonly since = Date.now()
  readonly idleMs: number
  readonly topics = new Set<string>()
  account: Account | undefined
  /** Events of the account go through it, so that faults can strike. */
  link: Link | undefined
  lastActive: number
  readonly #delivery: Delivery

  constructor(ws: WebSocket, options: { ip: string; connId: string; query: string; now: number; delivery: Delivery }) {
    this.ws = ws
    this.ip = options.ip
    this.connId = options.connId
    this.idleMs = idleMsOf(new URLSearchParams(options.query).get('max_active_time'))
    this.lastActive = options.now
    this.#delivery = options.delivery
  }

  logOn(account: Account): void {
    this.account = account
    this.link = { socket: this.ws, accountId: account.id, exchange: EXCHANGE, since: this.since }
  }

  /** Plays dead: no pongs, acks or answers either. */
  get silent(): boolean {
    const accountIds = this.account ? [this.account.id] : []
    return this.#delivery.socketIsSilent({ since: this.since, exchange: EXCHANGE, accountIds })
  }

  reply(body: unknown): void {
    if (this.ws.readyState === this.ws.OPEN && !this.silent) this.ws.send(toJson(body))
  }

  /** Sends an event of the account, whatever the faults make of it. */
  deliver(text: string): void {
    if (this.link) this.#delivery.send(this.link, text)
  }
}

/** The open connections of one path; those that neither ask nor hear anything for too long are cut. */
export class SocketSet {
  readonly sockets = new Set<BybitSocket>()
  readonly #byAccount = new Map<string, Set<BybitSocket>>()
  readonly #clock: Clock
  readonly #delivery: Delivery
  readonly #random: Random
  readonly #unlook: { run: () => void }

  constructor(options: { clock: Clock; delivery: Delivery; random: Random }) {
    this.#clock = options.clock
    this.#delivery = options.delivery
    this.#random = options.random
    this.#unlook = { run: () => {} }
    this.#lookLater()
  }

  open(ws: WebSocket, ip: string, query: string): BybitSocket {
    const socket = new BybitSocket(ws, {
      ip,
      connId: `c${this.#random.text(10).toLowerCase()}-${this.sockets.size}`,
      query,
      now: this.#clock.aged(),
      delivery: this.#delivery,
    })
    this.sockets.add(socket)
    ws.on('message', () => this.touch(socket))
    ws.on('ping', (data) => {
      this.touch(socket)
      if (!socket.silent) ws.pong(data)
    })
    ws.on('error', () => ws.terminate())
    ws.on('close', () => {
      this.sockets.delete(socket)
      if (socket.link) this.#delivery.forget(socket.link)
      if (!socket.account) return
      const own = this.#byAccount.get(socket.account.id)
      own?.delete(socket)
      if (own?.size === 0) this.#byAccount.delete(socket.account.id)
    })
    return socket
  }

  logOn(socket: BybitSocket, account: Account): void {
    socket.logOn(account)
    const own = this.#byAccount.get(account.id)
    if (own) own.add(socket)
    else this.#byAccount.set(account.id, new Set([socket]))
  }

  of(accountId: string): ReadonlySet<BybitSocket> | undefined {
    return this.#byAccount.get(accountId)
  }

  /** Those that carry an account; all of them without one. */
  carrying(accountId?: string): BybitSocket[] {
    return accountId === undefined ? [...this.sockets] : [...(this.#byAccount.get(accountId) ?? [])]
  }

  touch(socket: BybitSocket): void {
    socket.lastActive = this.#clock.aged()
  }

  close(): void {
    this.#unlook.run()
    for (const socket of this.sockets) socket.ws.terminate()
  }

  /** Every half minute, so a connection may live that much longer than it asked for. */
  #lookLater(): void {
    this.#unlook.run = this.#clock.at(this.#clock.aged() + LOOK_EVERY_MS, () => {
      const now = this.#clock.aged()
      for (const socket of this.sockets) {
        if (now - socket.lastActive >= socket.idleMs) socket.ws.close(1000, 'idle')
      }
      this.#lookLater()
    })
  }
}

/** `max_active_time` is 30s to 600s or 1m to 10m; anything else means the standard ten minutes. */
export function idleMsOf(text: string | null): number {
  const found = /^(\d{1,3})([sm])$/.exec(text ?? '')
  if (!found) return IDLE_MS
  const ms = Number(found[1]) * (found[2] === 's' ? 1000 : 60_000)
  return ms >= SHORTEST_IDLE_MS && ms <= IDLE_MS ? ms : IDLE_MS
}

/** The object a client sent, or undefined when it is none. */
export function readMessage(data: RawData, isBinary: boolean): Record<string, unknown> | undefined {
  if (isBinary) return undefined
  try {
    const message: unknown = JSON.parse(data.toString())
    return message !== null && typeof message === 'object' ? (message as Record<string, unknown>) : undefined
  } catch {
    return undefined
  }
}
