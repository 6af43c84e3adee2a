import type { AccountEvent } from '@tradercoin/protocol'
import { textOrNull } from '../fields.ts'
import type { Clock } from '../transport/clock.ts'
import { isForced } from './parse-order.ts'
import type { RawBalanceAndPosition, RawFrame } from './wire.ts'

/** How long the report of a fill may lag behind its announcement; it is normally the next frame. */
const patienceMs = 5_000
/** How long a report is remembered, for an announcement that comes after it. */
const memoryMs = 30_000

/**
 * balance_and_position names the trades that moved it, and the orders channel reports each in full. A trade whose report stays away is
 * proof that something was lost: the account is then to be compared with the venue.
 */
export class TradeWatch {
  readonly #clock: Clock
  readonly #isKnown: (symbol: string) => boolean
  readonly #onMissing: (trade: string) => void
  /** Trades by name, and when they were announced or reported. */
  readonly #announced = new Map<string, number>()
  readonly #reported = new Map<string, number>()
  #cancelSweep: (() => void) | null = null

  /** `isKnown`: whether fills of the symbol are reported at all; options are kept raw. */
  constructor(clock: Clock, isKnown: (symbol: string) => boolean, onMissing: (trade: string) => void) {
    this.#clock = clock
    this.#isKnown = isKnown
    this.#onMissing = onMissing
  }

  /** Takes note of what a frame announces and of what its events report. */
  see(frame: unknown, events: readonly AccountEvent[]): void {
    const now = this.#clock.now()
    for (const event of events) {
      if (event.kind !== 'order' || event.execution === null) continue
      const trade = `${event.execution.symbol} ${event.execution.trade_id}`
      this.#reported.set(trade, now)
      this.#announced.delete(trade)
    }
    for (const { symbol, trade } of tradesOf(frame)) {
      if (this.#isKnown(symbol) && !this.#reported.has(trade) && !this.#announced.has(trade))
        this.#announced.set(trade, now)
    }
    if (this.#announced.size + this.#reported.size > 0) this.#watch()
  }

  close(): void {
    this.#cancelSweep?.()
    this.#cancelSweep = null
  }

  #watch() {
    this.#cancelSweep ??= this.#clock.after(patienceMs, () => {
      this.#cancelSweep = null
      this.#sweep()
    })
  }

  #sweep() {
    const now = this.#clock.now()
    for (const [trade, at] of this.#reported) if (now - at >= memoryMs) this.#reported.delete(trade)
    for (const [trade, at] of this.#announced) {
      if (now - at < patienceMs) continue
      this.#announced.delete(trade)
      this.#onMissing(trade)
    }
    if (this.#announced.size + this.#reported.size > 0) this.#watch()
  }
}

/** The trades that a balance_and_position frame names; none of any other frame. Never throws. */
function tradesOf(frame: unknown): { symbol: string; trade: string }[] {
  const { arg, data } = (typeof frame === 'object' && frame !== null ? frame : {}) as RawFrame
  if ((arg as { channel?: unknown } | null | undefined)?.channel !== 'balance_and_position') return []
  if (!Array.isArray(data)) return []
  return data.flatMap((row: RawBalanceAndPosition | null) => {
    const trades = row?.trades
    if (!Array.isArray(trades)) return []
    return trades.flatMap((trade: unknown) => {
      const { instId, tradeId } = (trade ?? {}) as { instId?: unknown; tradeId?: unknown }
      const [symbol, id] = [textOrNull(instId), textOrNull(tradeId)]
      // Forced fills carry no id here.
      return symbol === null || id === null || isForced(id) ? [] : [{ symbol, trade: `${symbol} ${id}` }]
    })
  })
}
