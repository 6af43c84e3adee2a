import type { Candle, CandleInterval } from '@tradercoin/protocol'
import { z } from 'zod'
import { ExchangeError } from '../../errors.ts'
import { ShapeError } from '../../fields.ts'
import { intervalMs } from '../../market/candle-watch.ts'
import { toldLevels } from '../../market/local-book.ts'
import type { BookTop, TickerFigures } from '../../market/market-source.ts'
import type { Category } from '../category.ts'
import type { BybitClient } from '../client.ts'
import type { Params } from '../sign.ts'
import { bookResult, candleResult, tickerResult } from './parse.ts'

/** Names of the candles' lengths: minutes, or a letter. */
export const klineIntervals: Record<CandleInterval, string> = {
  '1m': '1',
  '5m': '5',
  '15m': '15',
  '1h': '60',
  '4h': '240',
  '1d': 'D',
}

/** Public reads; they go out when nothing else needs the budget. All throw ExchangeError. */
export function createBybitMarketRest(client: BybitClient) {
  async function read<T>(path: string, params: Params, parse: (result: unknown) => T): Promise<T> {
    const result = await client.open({
      method: 'GET',
      path: `/v5/market/${path}`,
      params,
      priority: 'market',
      answer: z.unknown(),
    })
    try {
      return parse(result)
    } catch (error) {
      if (!(error instanceof ShapeError)) throw error
      throw new ExchangeError('unavailable', 'unexpected_answer', 'Bybit answered in a form we do not know.', {
        cause: error,
      })
    }
  }

  return {
    book: (category: Category, symbol: string): Promise<BookTop> =>
      read('orderbook', { category, symbol, limit: toldLevels }, bookResult),
    ticker: (category: Category, symbol: string): Promise<TickerFigures> =>
      read('tickers', { category, symbol }, (result) => tickerResult(result, category, client.clock.estimate())),
    candles: (category: Category, symbol: string, interval: CandleInterval, limit: number): Promise<Candle[]> =>
      read('kline', { category, symbol, interval: klineIntervals[interval], limit }, (result) =>
        candleResult(result, intervalMs[interval], client.clock.estimate()),
      ),
  }
}
