import type { Level } from '@tradercoin/protocol'

/** Levels a side that a told book has at most. */
export const toldLevels = 50

/** A side longer than this is cut, so that far levels that nobody shows do not pile up. */
const keptLevels = 1_000

type IsBetter = (a: string, b: string) => boolean

/**
 * Compares two plain decimals that are not negative, exactly and without arithmetic: it runs a dozen times for each level that changes.
 * Negative, zero or positive as `a` is smaller, the same or greater.
 */
export function comparePrices(a: string, b: string): number {
  const dotA = a.indexOf('.')
  const dotB = b.indexOf('.')
  const lengthA = dotA < 0 ? a.length : dotA
  const lengthB = dotB < 0 ? b.length : dotB
  if (lengthA !== lengthB) return lengthA - lengthB
  // Whole parts of one length, and fractions without trailing zeros: the order of the texts is the order of the numbers.
  return a < b ? -1 : a > b ? 1 : 0
}

/** One side, best level first. */
class BookSide {
  levels: Level[] = []
  /** The price up to which the side is known in whole; null: all of it. What lies behind is only what has changed since. */
  #horizon: string | null = null
  readonly #isBetter: IsBetter

  constructor(isBetter: IsBetter) {
    this.#isBetter = isBetter
  }

  replace(levels: readonly Level[], isCut: boolean): void {
    this.levels = levels.filter(([, quantity]) => quantity !== '0').sort(([a], [b]) => (this.#isBetter(a, b) ? -1 : 1))
    this.#horizon = isCut ? (this.levels.at(-1)?.[0] ?? null) : null
  }

  set(price: string, quantity: string): void {
    const at = this.#indexOf(price)
    const isThere = this.levels[at]?.[0] === price
    if (quantity === '0') {
      if (isThere) this.levels.splice(at, 1)
      return
    }
    this.levels.splice(at, isThere ? 1 : 0, [price, quantity])
    if (this.levels.length > 2 * keptLevels) this.#cut()
  }

  /** Whether the best `toldLevels` are known in whole. */
  isKnown(): boolean {
    if (this.#horizon === null) return true
    const last = this.levels[toldLevels - 1]
    return last !== undefined && !this.#isBetter(this.#horizon, last[0])
  }

  #indexOf(price: string): number {
    let low = 0
    let high = this.levels.length
    while (low < high) {
      const middle = (low + high) >> 1
      const there = this.levels[middle]
      if (there !== undefined && this.#isBetter(there[0], price)) low = middle + 1
      else high = middle
    }
    return low
  }

  #cut(): void {
    this.levels.length = keptLevels
    const last = this.levels.at(-1)
    if (last !== undefined && (this.#horizon === null || this.#isBetter(last[0], this.#horizon))) {
      this.#horizon = last[0]
    }
  }
}

/** What changed, or all there is: price and quantity as plain decimals; quantity `"0"` takes a level away. */
export interface BookLevels {
  bids: readonly Level[]
  asks: readonly Level[]
}

/** An order book kept from a snapshot and what changed since. It knows nothing of sequences: whoever feeds it has checked them. */
export class LocalBook {
  readonly #bids = new BookSide((a, b) => comparePrices(a, b) > 0)
  readonly #asks = new BookSide((a, b) => comparePrices(a, b) < 0)

  /** @param limit how many levels the snapshot could have had; as many mean that there are more. Null: it is whole, or the venue tells of levels that move into its view */
  replace({ bids, asks }: BookLevels, limit: number | null): void {
    this.#bids.replace(bids, limit !== null && bids.length >= limit)
    this.#asks.replace(asks, limit !== null && asks.length >= limit)
  }

  apply({ bids, asks }: BookLevels): void {
    for (const [price, quantity] of bids) this.#bids.set(price, quantity)
    for (const [price, quantity] of asks) this.#asks.set(price, quantity)
  }

  /** False when a bid is not below every ask: nothing that a market shows. */
  isSound(): boolean {
    const bid = this.#bids.levels[0]
    const ask = this.#asks.levels[0]
    return bid === undefined || ask === undefined || comparePrices(bid[0], ask[0]) < 0
  }

  /** Whether the levels that are told are all known; if not, a new snapshot is needed. */
  isKnown(): boolean {
    return this.#bids.isKnown() && this.#asks.isKnown()
  }

  top(): { bids: Level[]; asks: Level[] } {
    return { bids: this.#bids.levels.slice(0, toldLevels), asks: this.#asks.levels.slice(0, toldLevels) }
  }
}
