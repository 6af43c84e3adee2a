import type { Candle, CandleInterval } from '@tradercoin/protocol'
import { z } from 'zod'
import { ExchangeError } from '../../errors.ts'
import { decimalOrNull, object, ShapeError } from '../../fields.ts'
import type { TickerFigures } from '../../market/market-source.ts'
import { type TickerPart, wholeTicker } from '../../market/ticker-watch.ts'
import type { BinanceClient } from '../client.ts'
import type { Params } from '../sign.ts'
import type { DepthSnapshot } from './book-watch.ts'
import { bestOfRow, klineRows, levels, restTicker, updateId } from './parse.ts'
import type { MarketProduct } from './products.ts'

/** Public reads; they go out when nothing else needs the budget. All throw ExchangeError. */
export type MarketRest = ReturnType<typeof createMarketRest>

export function createMarketRest(client: BinanceClient, { rest }: MarketProduct) {
  async function read<T>(path: string, params: Params, weight: number, parse: (answer: unknown) => T): Promise<T> {
    const answer = await client.open({ method: 'GET', path, params, weight, priority: 'market', answer: z.unknown() })
    try {
      return parse(answer)
    } catch (error) {
      if (!(error instanceof ShapeError)) throw error
      throw new ExchangeError('unavailable', 'unexpected_answer', 'Binance answered in a form we do not know.', {
        cause: error,
      })
    }
  }

  async function markPrice(symbol: string): Promise<TickerPart> {
    if (rest.premiumIndex === null) return {}
    return read(rest.premiumIndex, { symbol }, 1, (row) => {
      const { markPrice }: { markPrice?: unknown } = object(row, 'premiumIndex')
      return { mark_price: decimalOrNull(markPrice) }
    })
  }

  return {
    depth: (symbol: string, limit: number): Promise<DepthSnapshot> =>
      read(rest.depth, { symbol, limit }, rest.depthWeight(limit), (answer) => {
        const p: { lastUpdateId?: unknown; bids?: unknown; asks?: unknown; E?: unknown } = object(answer, 'depth')
        return {
          lastUpdateId: updateId(p.lastUpdateId, 'lastUpdateId'),
          bids: levels(p.bids, 'bids'),
          asks: levels(p.asks, 'asks'),
          // Spot does not tell the time.
          ts: typeof p.E === 'number' ? p.E : client.clock.estimate(),
        }
      }),
    async ticker(symbol: string): Promise<TickerFigures> {
      const [day, quotes, mark] = await Promise.all([
        read(rest.ticker, { symbol }, rest.tickerWeight, restTicker),
        rest.bookTicker === null ? {} : read(rest.bookTicker, { symbol }, 2, bestOfRow),
        markPrice(symbol),
      ])
      return wholeTicker({ ...day, ...quotes, ...mark })
    },
    candles: (symbol: string, interval: CandleInterval, limit: number): Promise<Candle[]> =>
      read(rest.klines, { symbol, interval, limit }, rest.klinesWeight(limit), (rows) =>
        klineRows(rows, client.clock.estimate()),
      ),
  }
}
