import type { MarketData, MarketHandlers } from '../market-data.ts'

/** Keeps what a market subscription tells, in order. */
export class MarketRecorder implements MarketHandlers {
  readonly data: MarketData['data'][] = []
  readonly downs: string[] = []
  readonly refusals: string[] = []
  /** `data` or `down`, as they came. */
  readonly order: ('data' | 'down')[] = []

  onData(market: MarketData): void {
    this.data.push(market.data)
    this.order.push('data')
  }

  onDown(reason: string): void {
    this.downs.push(reason)
    this.order.push('down')
  }

  onRefused(reason: string): void {
    this.refusals.push(reason)
  }

  /** Whether what was told last still holds. */
  get isFresh(): boolean {
    return this.order.at(-1) === 'data'
  }

  last<T extends MarketData['data']>(): T {
    return this.data.at(-1) as T
  }
}
