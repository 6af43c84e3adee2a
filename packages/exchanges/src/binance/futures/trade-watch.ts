import type { Clock } from '../../transport/clock.ts'
import type { AnnouncedTrade } from './parse.ts'

/** How long the full report of a fill may lag behind its announcement; it is normally the next frame. */
const patienceMs = 5_000

export interface TradeWatch {
  /** TRADE_LITE announced a fill. */
  announced(trade: AnnouncedTrade): void
  /** ORDER_TRADE_UPDATE reported a fill in full. */
  reported(trade: AnnouncedTrade): void
  close(): void
}

interface Pending {
  trade: AnnouncedTrade
  announced: boolean
  since: number
}

/**
 * Pairs each announced fill with its full report, whichever comes first, and names the ones whose report stays away. A pair leaves
 * nothing behind; the timer runs only while something waits.
 */
export function createTradeWatch(clock: Clock, onMissing: (trade: AnnouncedTrade) => void): TradeWatch {
  const pending = new Map<string, Pending>()
  let cancelSweep: (() => void) | null = null

  function see(trade: AnnouncedTrade, announced: boolean) {
    const key = `${trade.symbol} ${trade.order_id} ${trade.trade_id}`
    const other = pending.get(key)
    if (other === undefined) {
      pending.set(key, { trade, announced, since: clock.now() })
      cancelSweep ??= clock.after(patienceMs, sweep)
    } else if (other.announced !== announced) {
      pending.delete(key)
    }
  }

  function sweep() {
    cancelSweep = null
    const due = clock.now() - patienceMs
    const missing: AnnouncedTrade[] = []
    for (const [key, { trade, announced, since }] of pending) {
      if (since > due) continue
      pending.delete(key)
      if (announced) missing.push(trade)
    }
    if (pending.size > 0) cancelSweep = clock.after(patienceMs, sweep)
    for (const trade of missing) onMissing(trade)
  }

  return {
    announced: (trade) => see(trade, true),
    reported: (trade) => see(trade, false),
    close() {
      cancelSweep?.()
      cancelSweep = null
      pending.clear()
    },
  }
}
