import { Book } from './book.ts'
import type { Candles } from './candles.ts'
import { type Big, ZERO } from './decimal.ts'
import type { Instrument } from './instrument.ts'
import type { Order, Side } from './order.ts'

export interface PublicTrade {
  id: bigint
  price: Big
  qty: Big
  quote: Big
  time: number
  buyerIsMaker: boolean
}

/** The next number to deal. A venue that numbers across symbols gives its markets one counter. */
export interface Counter {
  next: bigint
}

/** Price levels that changed since its owner looked last, by price text. */
export type LevelTracker = Record<Side, Map<string, Big>>

const KEPT_TRADES = 1000

/** One symbol: its book, its last trades, its counters. */
export class Market {
  readonly instrument: Instrument
  readonly book = new Book()
  readonly candles: Candles
  readonly orders = new Map<bigint, Order>()
  readonly waiting = new Set<Order>()
  readonly trades: PublicTrade[] = []
  last: Big
  mark: Big
  nextTradeId: bigint
  nextExecutionId = 100_200_301
  nextPreventedId = 1
  /** Grows with every change of the book; the `lastUpdateId` of depth answers. */
  updateId: bigint
  /** Depth streams that want to know which levels change. */
  readonly trackers = new Set<LevelTracker>()
  readonly #orderIds: Counter

  constructor(instrument: Instrument, candles: Candles, orderIds: Counter = { next: instrument.firstOrderId }) {
    this.#orderIds = orderIds
    this.instrument = instrument
    this.candles = candles
    this.last = instrument.startPrice
    this.mark = instrument.startPrice
    this.nextTradeId = instrument.firstTradeId
    this.updateId = instrument.firstTradeId * 10n
  }

  get symbol(): string {
    return this.instrument.symbol
  }

  get nextOrderId(): bigint {
    return this.#orderIds.next
  }

  dealOrderId(): bigint {
    return this.#orderIds.next++
  }

  /** After a restart: numbers below this one were dealt before. */
  skipOrderIds(next: bigint): void {
    if (next > this.#orderIds.next) this.#orderIds.next = next
  }

  noteChange(side: Side, price: Big): void {
    this.updateId += 1n
    for (const tracker of this.trackers) tracker[side].set(price.toFixed(this.instrument.priceDecimals), price)
  }

  print(trade: PublicTrade): void {
    this.last = trade.price
    this.mark = trade.price
    this.trades.push(trade)
    if (this.trades.length > KEPT_TRADES * 2) this.trades.splice(0, this.trades.length - KEPT_TRADES)
    this.candles.add(trade.time, trade.price, trade.qty, trade.quote, trade.buyerIsMaker)
  }

  /** The middle of the book, or the last price when a side is empty. */
  mid(): Big {
    const bid = this.book.bids[0]?.price
    const ask = this.book.asks[0]?.price
    return bid && ask ? bid.plus(ask).div(2) : this.last
  }

  bestPrice(side: Side): Big {
    return this.book.side(side)[0]?.price ?? ZERO
  }
}
