import type { Clock } from '../engine/clock.ts'
import { accessTooFrequent, tooMany } from './errors.ts'

const ADDRESS_REQUESTS = 600
const ADDRESS_WINDOW_MS = 5_000
const ADDRESS_BAN_MS = 600_000
const SOCKET_REQUESTS = 3_000

/** What the X-Bapi-Limit headers say after a call. */
export interface LimitState {
  limit: number
  left: number
  resetAt: number
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

  /** Whether an order entry message of an address is one too many in this second. */
  socketFull(ip: string): boolean {
    const now = this.#clock.aged()
    const times = this.#sockets.get(ip) ?? []
    this.#sockets.set(ip, times)
    prune(times, now - 1000)
    times.push(now)
    return this.#enforced && times.length > SOCKET_REQUESTS
  }

  /** Counts a call, or several orders of one. Throws 10006 over the limit and counts nothing then. */
  charge(uid: number, group: string, limit: number, cost: number): LimitState {
    const now = this.#clock.aged()
    const key = `${uid}|${group}`
    const times = this.#accounts.get(key) ?? []
    this.#accounts.set(key, times)
    prune(times, now - 1000)
    const over = this.#enforced && times.length + cost > limit
    if (!over) for (let i = 0; i < cost; i++) times.push(now)
    const resetIn = over ? (times[0] ?? now) + 1000 - now : 0
    const state = { limit, left: Math.max(0, limit - times.length), resetAt: this.#clock.now() + resetIn }
    if (over) throw new OverLimit(state)
    return state
  }
}

/** Carries the headers that say when to come back. */
export class OverLimit extends Error {
  override name = 'OverLimit'
  readonly state: LimitState
  readonly answer = tooMany()

  constructor(state: LimitState) {
    super('over the limit')
    this.state = state
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
