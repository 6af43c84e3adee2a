import { ExchangeError } from '../errors.ts'
import type { Transport } from './transport.ts'

/** Who goes first when the budget is short: orders and cancels, then closing gaps, then the rest, old history, public market data last. */
export type Priority = 'trade' | 'recovery' | 'normal' | 'history' | 'market'

const priorities: readonly Priority[] = ['trade', 'recovery', 'normal', 'history', 'market']

/** The part of the budget each priority may fill, so that a storm of snapshots always leaves room for a cancel. */
const shares: Record<Priority, number> = { trade: 1, recovery: 0.8, normal: 0.8, history: 0.6, market: 0.4 }

/** How long a request waits for the end of a ban before it is refused; a trader would rather hear it at once. */
const banPatienceMs: Record<Priority, number> = {
  trade: 3_000,
  recovery: 90_000,
  normal: 30_000,
  history: 90_000,
  market: 3_000,
}

/** How long a request waits for the next window of the budget; reads of an account as long as it takes: the queue moves each minute. */
const queuePatienceMs: Partial<Record<Priority, number>> = { trade: 3_000, market: 5_000 }

const minuteMs = 60_000

export interface GovernorOptions {
  /** Name for the metrics and messages, for example `binance`. */
  venue: string
  /** The venue's name for what shares this budget, for the metrics, for example `spot`. */
  product: string
  /** Per minute, unless `windowMs` says otherwise. */
  weightPerMinute: number
  /** Length of the venue's window where it is not a minute. */
  windowMs?: number
  /** Connection attempts per sliding window. */
  connections: { limit: number; windowMs: number }
}

export interface Ticket {
  readonly window: number
  readonly weight: number
}

/** One request budget for one venue and IP, shared by every account. */
export interface Governor {
  /** Resolves when a request of this weight may leave. Throws ExchangeError `rate_limit` when that is too far off. */
  admit(weight: number, priority: Priority): Promise<Ticket>
  /** Ends an admitted request; `usedWeight` is what the venue says the IP has used in the running minute, null if it said nothing. */
  settle(ticket: Ticket, usedWeight: number | null): void
  /** Counts weight that leaves without asking, such as a sign of life that must not wait. */
  spend(weight: number): void
  /** The venue said stop: nothing leaves before `until` (our clock, ms), whoever asks. */
  block(until: number): void
  /** Resolves when one more connection attempt is allowed. Throws when the governor is closed. */
  admitConnection(): Promise<void>
  close(): void
}

interface Waiter {
  weight: number
  resolve(ticket: Ticket): void
  reject(error: Error): void
  cancelTimer: () => void
}

const closedError = () => new ExchangeError('not_sent', 'closed', 'The connection to the exchange is being closed.')

export function createGovernor(transport: Transport, options: GovernorOptions): Governor {
  const { clock } = transport
  const windowMs = options.windowMs ?? minuteMs
  const queues: Record<Priority, Waiter[]> = { trade: [], recovery: [], normal: [], history: [], market: [] }
  let window = Math.floor(clock.now() / windowMs)
  let used = 0
  let inFlight = 0
  let blockedUntil = 0
  let closed = false
  let cancelPump: (() => void) | null = null
  let cancelReport: (() => void) | null = null
  const attempts: number[] = []
  const connectionWaiters: { resolve(): void; reject(error: Error): void }[] = []
  let cancelConnectionPump: (() => void) | null = null

  const limitError = (retryAt: number) =>
    new ExchangeError(
      'rate_limit',
      'rate_limit',
      `${options.venue} limits requests from this server; try again later.`,
      {
        retry_at: retryAt,
      },
    )

  function roll() {
    const current = Math.floor(clock.now() / windowMs)
    if (current === window) return
    window = current
    used = 0
    inFlight = 0
  }

  function report() {
    transport.onBudget(options.venue, Math.min(1, used / options.weightPerMinute), options.product)
    // The end of the minute is told, too: without it a budget that nobody uses any more would look full for ever.
    if (used > 0 && !closed) cancelReport ??= clock.after((window + 1) * windowMs - clock.now(), reportEnd)
  }

  function reportEnd() {
    cancelReport = null
    roll()
    report()
  }

  function fits(weight: number, priority: Priority): boolean {
    return transport.budget === 'off' || used === 0 || used + weight <= options.weightPerMinute * shares[priority]
  }

  function take(weight: number): Ticket {
    used += weight
    inFlight += weight
    report()
    return { window, weight }
  }

  function pumpAt(time: number) {
    cancelPump?.()
    cancelPump = clock.after(Math.max(0, time - clock.now()), () => {
      cancelPump = null
      pump()
    })
  }

  function pump() {
    if (closed) return
    roll()
    if (clock.now() < blockedUntil) return pumpAt(blockedUntil)
    for (const priority of priorities) {
      const queue = queues[priority]
      for (let head = queue[0]; head; head = queue[0]) {
        if (!fits(head.weight, priority)) return pumpAt((window + 1) * windowMs)
        queue.shift()
        head.cancelTimer()
        head.resolve(take(head.weight))
      }
    }
  }

  function refuse(priority: Priority, waiter: Waiter, error: Error) {
    const queue = queues[priority]
    const at = queue.indexOf(waiter)
    if (at < 0) return
    queue.splice(at, 1)
    waiter.cancelTimer()
    waiter.reject(error)
  }

  function pumpConnections() {
    if (closed) return
    cancelConnectionPump?.()
    cancelConnectionPump = null
    const now = clock.now()
    while (attempts[0] !== undefined && attempts[0] <= now - options.connections.windowMs) attempts.shift()
    while (connectionWaiters.length > 0) {
      const full = transport.budget === 'on' && attempts.length >= options.connections.limit
      const free = full ? (attempts[0] ?? now) + options.connections.windowMs : 0
      const at = Math.max(free, blockedUntil)
      if (at > now) {
        cancelConnectionPump = clock.after(at - now, pumpConnections)
        return
      }
      attempts.push(now)
      connectionWaiters.shift()?.resolve()
    }
  }

  return {
    admit(weight, priority) {
      if (closed) return Promise.reject(closedError())
      roll()
      const now = clock.now()
      if (blockedUntil - now > banPatienceMs[priority]) return Promise.reject(limitError(blockedUntil))
      const ahead = priorities.slice(0, priorities.indexOf(priority) + 1).some((name) => queues[name].length > 0)
      if (!ahead && now >= blockedUntil && fits(weight, priority)) return Promise.resolve(take(weight))
      return new Promise((resolve, reject) => {
        const waiter: Waiter = { weight, resolve, reject, cancelTimer: () => {} }
        queues[priority].push(waiter)
        const patienceMs = queuePatienceMs[priority]
        if (patienceMs !== undefined) {
          waiter.cancelTimer = clock.after(patienceMs, () =>
            refuse(priority, waiter, limitError(Math.max(blockedUntil, (window + 1) * windowMs))),
          )
        }
        pump()
      })
    },
    settle(ticket, usedWeight) {
      roll()
      // What belongs to an earlier minute says nothing about this one.
      if (ticket.window !== window) return
      inFlight -= ticket.weight
      if (usedWeight !== null) used = usedWeight + inFlight
      report()
      pump()
    },
    spend(weight) {
      roll()
      used += weight
      report()
    },
    block(until) {
      if (until <= blockedUntil) return
      blockedUntil = until
      transport.log('warn', 'rate_limit_block', { venue: options.venue, for_ms: until - clock.now() })
      for (const priority of priorities) {
        if (until - clock.now() <= banPatienceMs[priority]) continue
        for (const waiter of [...queues[priority]]) refuse(priority, waiter, limitError(until))
      }
      pump()
    },
    admitConnection() {
      if (closed) return Promise.reject(closedError())
      return new Promise((resolve, reject) => {
        connectionWaiters.push({ resolve, reject })
        pumpConnections()
      })
    },
    close() {
      closed = true
      cancelPump?.()
      cancelReport?.()
      cancelConnectionPump?.()
      for (const priority of priorities) {
        for (const waiter of [...queues[priority]]) refuse(priority, waiter, closedError())
      }
      for (const waiter of connectionWaiters.splice(0)) waiter.reject(closedError())
    },
  }
}
