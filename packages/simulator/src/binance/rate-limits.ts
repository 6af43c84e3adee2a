import type { Clock } from '../engine/clock.ts'
import { ApiError } from './errors.ts'

export interface LimitRule {
  rateLimitType: 'REQUEST_WEIGHT' | 'ORDERS' | 'RAW_REQUESTS' | 'CONNECTIONS'
  interval: 'SECOND' | 'MINUTE' | 'DAY'
  intervalNum: number
  limit: number
}

const LENGTH = { SECOND: 1000, MINUTE: 60_000, DAY: 86_400_000 }
const LETTER = { SECOND: 'S', MINUTE: 'M', DAY: 'D' }
const FIRST_BAN_MS = 120_000
const LONGEST_BAN_MS = 3 * 86_400_000
/** Requests that may follow a 429 in the same minute before the address is banned. */
const PATIENCE = 20

interface Window {
  start: number
  count: number
}

interface Address {
  weight: Window
  raw: Window
  refused: number
  bans: number
  bannedUntil: number
}

/** Request weight per address and order counts per account, in windows aligned to the clock. */
export class RateLimits {
  readonly rules: LimitRule[]
  readonly #clock: Clock
  readonly #enforced: boolean
  readonly #addresses = new Map<string, Address>()
  readonly #orders = new Map<string, Window[]>()

  constructor(rules: LimitRule[], clock: Clock, enforced: boolean) {
    this.rules = rules
    this.#clock = clock
    this.#enforced = enforced
  }

  /** Counts a request. Throws 429 over the limit, and 418 when the caller does not stop. */
  charge(ip: string, weight: number): void {
    const address = this.#address(ip)
    const now = this.#clock.aged()
    if (address.bannedUntil > now) throw this.#banned(address)
    address.weight.count += weight
    address.raw.count += 1
    if (!this.#enforced) return
    const weightRule = this.rules.find((rule) => rule.rateLimitType === 'REQUEST_WEIGHT') as LimitRule
    const rawRule = this.rules.find((rule) => rule.rateLimitType === 'RAW_REQUESTS')
    const broken = address.weight.count > weightRule.limit ? weightRule : undefined
    const brokenRaw = rawRule && address.raw.count > rawRule.limit ? rawRule : undefined
    const rule = broken ?? brokenRaw
    if (!rule) return
    address.refused += 1
    if (address.refused > PATIENCE) {
      address.bans += 1
      address.refused = 0
      this.ban(ip, Math.min(FIRST_BAN_MS * 4 ** (address.bans - 1), LONGEST_BAN_MS))
      throw this.#banned(address)
    }
    const windowMs = LENGTH[rule.interval] * rule.intervalNum
    const retryAt = (Math.floor(now / windowMs) + 1) * windowMs
    const seconds = Math.max(1, Math.ceil((retryAt - now) / 1000))
    throw new ApiError(
      -1003,
      `Too much request weight used; current limit is ${rule.limit} request weight per ${rule.intervalNum} ${rule.interval}. Please use WebSocket Streams for live updates to avoid polling the API.`,
      {
        status: 429,
        headers: { 'Retry-After': String(seconds) },
        data: { serverTime: this.#clock.now(), retryAfter: this.#clock.now() + seconds * 1000 },
      },
    )
  }

  refund(ip: string, weight: number): void {
    const { weight: window } = this.#address(ip)
    window.count = Math.max(0, window.count - weight)
  }

  ban(ip: string, ms: number): void {
    this.#address(ip).bannedUntil = this.#clock.aged() + ms
  }

  /** Counts orders of an account. Throws -1015 (429) over a limit and counts nothing then. */
  chargeOrders(accountId: string, count: number): void {
    const windows = this.#orderWindows(accountId)
    const rules = this.#orderRules()
    if (this.#enforced) {
      for (const [i, rule] of rules.entries()) {
        if ((windows[i] as Window).count + count <= rule.limit) continue
        const every = `${rule.intervalNum} ${rule.interval}`
        throw new ApiError(-1015, `Too many new orders; current limit is ${rule.limit} orders per ${every}.`, {
          status: 429,
          headers: { 'Retry-After': String(Math.ceil((LENGTH[rule.interval] * rule.intervalNum) / 1000)) },
        })
      }
    }
    for (const window of windows) window.count += count
  }

  /** Fills give unfilled-order counts back. */
  refundOrders(accountId: string, count: number): void {
    for (const window of this.#orderWindows(accountId)) window.count = Math.max(0, window.count - count)
  }

  headers(ip: string, accountId?: string): Record<string, string> {
    const headers: Record<string, string> = { 'X-MBX-USED-WEIGHT-1M': String(this.used(ip)) }
    headers['X-MBX-USED-WEIGHT'] = headers['X-MBX-USED-WEIGHT-1M'] as string
    if (accountId !== undefined) {
      for (const row of this.orderCounts(accountId)) {
        headers[`X-MBX-ORDER-COUNT-${row.intervalNum}${LETTER[row.interval]}`] = String(row.count)
      }
    }
    return headers
  }

  used(ip: string): number {
    return this.#address(ip).weight.count
  }

  orderCounts(accountId: string): (LimitRule & { count: number })[] {
    const windows = this.#orderWindows(accountId)
    return this.#orderRules().map((rule, i) => ({ ...rule, count: windows[i]?.count ?? 0 }))
  }

  /** The `rateLimits` array of a WebSocket API answer. */
  rows(ip: string, accountId?: string): (LimitRule & { count: number })[] {
    const weight = this.rules.find((rule) => rule.rateLimitType === 'REQUEST_WEIGHT') as LimitRule
    const rows = accountId === undefined ? [] : this.orderCounts(accountId)
    return [...rows, { ...weight, count: this.used(ip) }]
  }

  #orderRules(): LimitRule[] {
    return this.rules.filter((rule) => rule.rateLimitType === 'ORDERS')
  }

  #orderWindows(accountId: string): Window[] {
    let windows = this.#orders.get(accountId)
    if (!windows) {
      windows = this.#orderRules().map(() => ({ start: 0, count: 0 }))
      this.#orders.set(accountId, windows)
    }
    const now = this.#clock.aged()
    for (const [i, rule] of this.#orderRules().entries()) {
      roll(windows[i] as Window, now, LENGTH[rule.interval] * rule.intervalNum)
    }
    return windows
  }

  #address(ip: string): Address {
    let address = this.#addresses.get(ip)
    if (!address) {
      address = { weight: { start: 0, count: 0 }, raw: { start: 0, count: 0 }, refused: 0, bans: 0, bannedUntil: 0 }
      this.#addresses.set(ip, address)
    }
    const now = this.#clock.aged()
    if (roll(address.weight, now, 60_000)) address.refused = 0
    roll(address.raw, now, 300_000)
    return address
  }

  #banned(address: Address): ApiError {
    const wait = address.bannedUntil - this.#clock.aged()
    return ipBanned(this.#clock.now(), wait)
  }
}

/** The 418 of an address that is banned for some more milliseconds. */
export function ipBanned(now: number, waitMs: number): ApiError {
  const until = now + waitMs
  return new ApiError(
    -1003,
    `Way too much request weight used; IP banned until ${until}. Please use WebSocket Streams for live updates to avoid bans.`,
    {
      status: 418,
      headers: { 'Retry-After': String(Math.max(1, Math.ceil(waitMs / 1000))) },
      data: { serverTime: now, retryAfter: until },
    },
  )
}

/** Starts a new window when the old one is over. Returns whether it did. */
function roll(window: Window, now: number, length: number): boolean {
  const start = Math.floor(now / length) * length
  if (window.start === start) return false
  window.start = start
  window.count = 0
  return true
}
