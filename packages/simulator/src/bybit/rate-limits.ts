import type { Clock } from '../engine/clock.ts'
import { accessTooFrequent } from './errors.ts'

const ADDRESS_REQUESTS = 600
const ADDRESS_WINDOW_MS = 5_000
const ADDRESS_BAN_MS = 600_000
const SOCKET_REQUESTS = 3_000
const CONNECTIONS = 500
const CONNECTIONS_WINDOW_MS = 300_000

/** What the X-Bapi-Limit headers say after a call. */
export interface LimitState {
  limit: number
  left: number
  resetAt: number
  /** One too many: it was not counted, and must not be answered. */
  over: boolean
}

interface Address {
  times: number[]
  bannedUntil: number
}

/** Calls of each account in the rolling second, and of each address in the rolling five seconds. */
export class RateLimits {
  readonly #clock: Clock
  readonly #enforced: boolean
  readonly #accounts = new Map<string, number[]>()
  readonly #addresses = new Map<string, Address>()
  readonly #sockets = new Map<string, number[]>()
  readonly #connections = new Map<string, number[]>()

  constructor(clock: Clock, enforced: boolean) {
    this.#clock = clock
    this.#enforced = enforced
  }

  /** Counts a REST request of an address; a banned one that goes on asking stays banned. Throws 403. */
  chargeAddress(ip: string): void {
    const now = this.#clock.aged()
    const address = this.#addresses.get(ip) ?? { times: [], bannedUntil: 0 }
    this.#addresses.set(ip, address)
    const banned = address.bannedUntil > now
    prune(address.times, now - ADDRESS_WINDOW_MS)
    address.times.push(now)
    if (!this.#enforced || (!banned && address.times.length <= ADDRESS_REQUESTS)) return
    address.bannedUntil = now + ADDRESS_BAN_MS
    throw accessTooFrequent()
  }

  isBanned(ip: string): boolean {
    return this.#enforced && (this.#addresses.get(ip)?.bannedUntil ?? 0) > this.#clock.aged()
  }

  /** Counts a new connection of an address: 500 in five minutes. */
  tooManyConnections(ip: string): boolean {
    const now = this.#clock.aged()
    const times = this.#connections.get(ip) ?? []
    this.#connections.set(ip, times)
    prune(times, now - CONNECTIONS_WINDOW_MS)
    times.push(now)
    return this.#enforced && times.length > CONNECTIONS
  }

  /** Whether an order entry message of an address is one too many in this second. */
  socketFull(ip: string): boolean {
    const now = this.#clock.aged()
    const times = this.#sockets.get(ip) ?? []
    this.#sockets.set(ip, times)
    prune(times, now - 1000)
    times.push(now)
    return this.#enforced && times.length > SOCKET_REQUESTS
  }

  /** Counts a call, or several orders of one. */
  charge(uid: number, group: string, limit: number, cost: number): LimitState {
    const now = this.#clock.aged()
    const key = `${uid}|${group}`
    const times = this.#accounts.get(key) ?? []
    this.#accounts.set(key, times)
    prune(times, now - 1000)
    const over = this.#enforced && times.length + cost > limit
    if (!over) for (let i = 0; i < cost; i++) times.push(now)
    const resetIn = over ? (times[0] ?? now) + 1000 - now : 0
    return { limit, left: Math.max(0, limit - times.length), resetAt: this.#clock.now() + resetIn, over }
  }
}

export function limitHeaders(state: LimitState): Record<string, string> {
  return {
    'X-Bapi-Limit': String(state.limit),
    'X-Bapi-Limit-Status': String(state.left),
    'X-Bapi-Limit-Reset-Timestamp': String(state.resetAt),
  }
}

function prune(times: number[], until: number): void {
  let old = 0
  while (old < times.length && (times[old] as number) <= until) old += 1
  if (old > 0) times.splice(0, old)
}
