import { instruments } from './account-api.ts'
import type { Call, Endpoint, Limit } from './api.ts'
import { BARS, candleRows } from './candles.ts'
import { marketOf } from './checks.ts'
import { badParameter } from './errors.ts'
import { instTypeOf, isOfType } from './instruments.ts'
import { depth, fundingRow, markPriceRow, tickerRow, tradeRow } from './market-shapes.ts'
import type { OkxVenue } from './venue.ts'

const TYPES = ['SPOT', 'MARGIN', 'SWAP', 'FUTURES', 'OPTION'] as const

const ip = (calls: number): Limit => ({ calls, seconds: 2, by: 'ip' })

/** Public data over REST (fact sheet: okx.md sections 3.2 and 5). */
export function marketEndpoints(venue: OkxVenue): Endpoint[] {
  const read = (path: string, limit: Limit, run: (call: Call) => unknown[]): Endpoint => ({
    rest: `GET /api/v5/${path}`,
    security: 'NONE',
    limit,
    run,
  })
  const now = () => venue.api.now()
  const market = ({ params }: Call) => marketOf(venue, params.need('instId'))
  return [
    read('public/time', ip(10), () => [{ ts: String(now()) }]),
    read('public/instruments', { calls: 20, seconds: 2, by: 'ip+instType' }, (call) => instruments(venue, call)),
    read('public/mark-price', ip(10), ({ params }) => {
      const instType = params.needOneOf('instType', TYPES)
      const instId = params.text('instId')
      return [...venue.engine.markets.values()]
        .filter((each) => isOfType(each, instType) && (instId === undefined || each.symbol === instId))
        .map((each) => markPriceRow(each, now()))
    }),
    read('public/funding-rate', ip(10), (call) => {
      const each = market(call)
      if (instTypeOf(each.instrument) !== 'SWAP') throw badParameter('instId')
      return [fundingRow(each, now())]
    }),
    read('market/books', ip(40), (call) => {
      const size = call.params.integer('sz') ?? 1
      if (size < 1 || size > 400) throw badParameter('sz')
      const each = market(call)
      return [{ ...depth(each, size), ts: String(now()), seqId: each.updateId }]
    }),
    read('market/ticker', ip(20), (call) => [tickerRow(market(call), now())]),
    read('market/tickers', ip(20), ({ params }) => {
      const instType = params.needOneOf('instType', TYPES)
      return [...venue.engine.markets.values()]
        .filter((each) => isOfType(each, instType))
        .map((each) => tickerRow(each, now()))
    }),
    read('market/candles', ip(40), (call) => candles(venue, call, 300)),
    read('market/history-candles', ip(20), (call) => candles(venue, call, 100)),
    read('market/trades', ip(100), (call) => {
      const limit = call.params.integer('limit') ?? 100
      if (limit < 1 || limit > 500) throw badParameter('limit')
      const each = market(call)
      return each.trades
        .slice(-limit)
        .reverse()
        .map((trade) => tradeRow(each, trade))
    }),
  ]
}

/** `after`: older than this time; `before`: newer than it. Newest first. */
function candles(venue: OkxVenue, { params }: Call, most: number): unknown[] {
  const market = marketOf(venue, params.need('instId'))
  const bar = params.text('bar') ?? '1m'
  if (!BARS.has(bar)) throw badParameter('bar')
  const after = params.integer('after')
  const before = params.integer('before')
  const limit = params.integer('limit') ?? 100
  if (limit < 1) throw badParameter('limit')
  const now = venue.api.now()
  return candleRows(market, bar, 0, now, now)
    .filter(([ts]) => (after === undefined || Number(ts) < after) && (before === undefined || Number(ts) > before))
    .slice(0, Math.min(limit, most))
}
