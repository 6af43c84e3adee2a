import { randomBytes } from 'node:crypto'
import type { WebSocket } from 'ws'
import type { Account } from '../engine/account.ts'
import type { Delivery, Link } from '../faults/delivery.ts'
import { toJson } from '../http/json.ts'
import { EXCHANGE } from './api.ts'

export type SocketPath = 'public' | 'private' | 'business'

/** One `arg` of a subscribe message that was taken. */
export interface Subscription {
  channel: string
  instType: string | undefined
  instFamily: string | undefined
  instId: string | undefined
  ccy: string | undefined
  algoId: string | undefined
  /** Milliseconds between regular pushes of account and positions; 0: events only. */
  everyMs: number
  pushedAt: number
}

export function keyOf({ channel, instType, instFamily, instId, ccy, algoId }: Subscription): string {
  return [channel, instType, instFamily, instId, ccy, algoId].map((part) => part ?? '').join('|')
}

/** One WebSocket, and whom and what it carries. */
export class Connection {
  readonly ws: WebSocket
  readonly path: SocketPath
  readonly ip: string
  readonly connId = randomBytes(4).toString('hex')
  readonly since = Date.now()
  readonly subscriptions = new Map<string, Subscription>()
  /** Whether anything was ever subscribed: the first must come within 30 seconds. */
  subscribed = false
  lastTraffic = Date.now()
  account: Account | undefined
  #link: Link | undefined
  readonly #delivery: Delivery

  constructor(ws: WebSocket, path: SocketPath, ip: string, delivery: Delivery) {
    this.ws = ws
    this.path = path
    this.ip = ip
    this.#delivery = delivery
    ws.on('close', () => {
      if (this.#link) delivery.forget(this.#link)
    })
  }

  /** Plays dead: neither hears nor answers. */
  get silent(): boolean {
    const accountIds = this.account ? [this.account.id] : []
    return this.#delivery.socketIsSilent({ since: this.since, exchange: EXCHANGE, accountIds })
  }

  /** An answer or public data. */
  send(text: string): void {
    if (this.silent || this.ws.readyState !== this.ws.OPEN) return
    this.lastTraffic = Date.now()
    this.ws.send(text)
  }

  answer(message: Record<string, unknown>): void {
    this.send(toJson(message))
  }

  error(code: string, msg: string, id: string | undefined): void {
    this.answer({ ...(id === undefined ? {} : { id }), event: 'error', code, msg, connId: this.connId })
  }

  /** An event of the account, on which faults strike. */
  deliver(text: string): void {
    if (!this.account) return
    this.#link ??= { socket: this.ws, accountId: this.account.id, exchange: EXCHANGE, since: this.since }
    this.lastTraffic = Date.now()
    this.#delivery.send(this.#link, text)
  }
}
