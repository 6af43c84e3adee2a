import type { Candle, CandleInterval } from '@tradercoin/protocol'
import { ExchangeError } from '../../errors.ts'
import { ShapeError } from '../../fields.ts'
import { toldLevels } from '../../market/local-book.ts'
import type { BookTop, TickerFigures } from '../../market/market-source.ts'
import type { OkxClient } from '../client.ts'
import type { Endpoint } from '../endpoints.ts'
import type { OkxInstrument } from '../instruments.ts'
import { bookRow, candleRows, markPriceRow, tickerRow } from './parse.ts'

const open = (path: string, limit: number): Endpoint => ({ path: `/api/v5${path}`, limit, per: 'ip' })
const endpoints = {
  books: open('/market/books', 40),
  ticker: open('/market/ticker', 20),
  markPrice: open('/public/mark-price', 10),
  candles: open('/market/candles', 40),
}

/** The most candles one call gives. */
const candlePage = 300

/** Names of the candles' lengths; the plain days begin at midnight in Hong Kong. */
export const bars: Record<CandleInterval, string> = {
  '1m': '1m',
  '5m': '5m',
  '15m': '15m',
  '1h': '1H',
  '4h': '4H',
  '1d': '1Dutc',
}

/** Public reads; they go out when nothing else needs the budget. All throw ExchangeError. */
export function createOkxMarketRest(client: OkxClient) {
  async function read<T>(
    endpoint: Endpoint,
    query: Record<string, string | undefined>,
    parse: (rows: unknown[]) => T,
  ): Promise<T> {
    const rows = await client.open({ method: 'GET', endpoint, query, priority: 'market' })
    try {
      return parse(rows)
    } catch (error) {
      if (!(error instanceof ShapeError)) throw error
      throw new ExchangeError('unavailable', 'unexpected_answer', 'OKX answered in a form we do not know.', {
        cause: error,
      })
    }
  }

  return {
    book: (known: OkxInstrument): Promise<BookTop> =>
      read(endpoints.books, { instId: known.instrument.symbol, sz: String(toldLevels) }, ([row]) =>
        bookRow(row, known),
      ),
    async ticker(known: OkxInstrument): Promise<TickerFigures> {
      const { inst_type: instType, instrument } = known
      const instId = instrument.symbol
      const [figures, mark] = await Promise.all([
        read(endpoints.ticker, { instId }, ([row]) => tickerRow(row, known)),
        instType === 'SPOT' ? {} : read(endpoints.markPrice, { instType, instId }, ([row]) => markPriceRow(row)),
      ])
      return { ...figures, ...mark, ts: figures.ts }
    },
    /** Oldest first. */
    async candles(known: OkxInstrument, interval: CandleInterval, limit: number): Promise<Candle[]> {
      const candles: Candle[] = []
      while (candles.length < limit) {
        const page = await read(
          endpoints.candles,
          {
            instId: known.instrument.symbol,
            bar: bars[interval],
            limit: String(Math.min(candlePage, limit - candles.length)),
            // Older than this one.
            after: candles[0] === undefined ? undefined : String(candles[0].time),
          },
          (rows) => candleRows(rows, known),
        )
        if (page.length === 0) break
        candles.unshift(...page)
      }
      return candles
    },
  }
}
