import type { Call, Endpoint } from './api.ts'
import { readCategory } from './categories.ts'
import { invalid } from './errors.ts'
import { instrumentRow } from './instruments.ts'
import { bestPrices, bookSequence, candles, isInterval, levels, tickerFields } from './market-shapes.ts'
import { tradeSequence } from './order-shapes.ts'
import type { BybitVenue } from './venue.ts'

const TRADES = 60

function time(venue: BybitVenue): unknown {
  const now = venue.api.now()
  return { timeSecond: String(Math.floor(now / 1000)), timeNano: `${now}000000` }
}

/** Spot comes whole; contracts by pages, with a cursor while there is more. */
function instruments(venue: BybitVenue, { params }: Call): unknown {
  const category = readCategory(params)
  const base = params.text('baseCoin')
  const status = params.text('status')
  const found = venue
    .pickMarkets(category, { symbol: params.text('symbol'), base })
    .filter(() => status === undefined || status === 'Trading')
    .map(({ instrument }) => instrumentRow(instrument))
  if (category === 'spot') return { category, list: found }
  const cursor = params.text('cursor')
  const start = cursor === undefined ? 0 : Number(/^first%3D(\d+)$|^first=(\d+)$/.exec(cursor)?.slice(1).find(Boolean))
  if (!Number.isInteger(start)) throw invalid('cursor')
  const end = start + params.limit(500, 1000)
  return {
    category,
    list: found.slice(start, end),
    nextPageCursor: end < found.length ? encodeURIComponent(`first=${end}`) : '',
  }
}

function orderbook(venue: BybitVenue, { params }: Call): unknown {
  const category = readCategory(params)
  const market = venue.market(category, params.need('symbol'))
  const limit = params.limit(category === 'spot' ? 1 : 25, 1000)
  const now = venue.api.now()
  return {
    s: market.instrument.name,
    b: levels(market, 'BUY', limit),
    a: levels(market, 'SELL', limit),
    ts: now,
    u: venue.public[category].bookUpdateId(market),
    seq: bookSequence(market),
    cts: now,
  }
}

function tickers(venue: BybitVenue, { params }: Call): unknown {
  const category = readCategory(params)
  const now = venue.api.now()
  const list = venue
    .pickMarkets(category, { symbol: params.text('symbol'), base: params.text('baseCoin') })
    .map((market) => ({ ...tickerFields(market, now), ...bestPrices(market) }))
  return { category, list }
}

/** Newest first. */
function kline(venue: BybitVenue, { params }: Call): unknown {
  const category = params.has('category') ? readCategory(params) : 'linear'
  const market = venue.market(category, params.need('symbol'))
  const interval = params.need('interval')
  if (!isInterval(interval)) throw invalid('interval')
  const now = venue.api.now()
  const to = params.integer('end') ?? now
  const from = params.integer('start') ?? 0
  const rows = candles(market, interval, from, to).slice(-params.limit(200, 1000))
  const list = rows
    .reverse()
    .map(({ openTime, open, high, low, close, volume, quote }) => [
      String(openTime),
      open.toFixed(),
      high.toFixed(),
      low.toFixed(),
      close.toFixed(),
      volume.toFixed(),
      quote.round(4, 0).toFixed(),
    ])
  return { category, symbol: market.instrument.name, list }
}

function recentTrades(venue: BybitVenue, { params }: Call): unknown {
  const category = readCategory(params)
  const market = venue.market(category, params.need('symbol'))
  const limit = params.limit(category === 'spot' ? TRADES : 500, category === 'spot' ? TRADES : 1000)
  const list = market.trades
    .slice(-limit)
    .reverse()
    .map((trade) => ({
      execId: venue.ids.publicTrade(market.symbol, trade.id),
      symbol: market.instrument.name,
      price: trade.price.toFixed(),
      size: trade.qty.toFixed(),
      side: trade.buyerIsMaker ? 'Sell' : 'Buy',
      time: String(trade.time),
      isBlockTrade: false,
      isRPITrade: false,
      seq: String(tradeSequence(trade.id)),
    }))
  return { category, list }
}

/** Public calls; they count against the address only. */
export function marketEndpoints(venue: BybitVenue): Endpoint[] {
  const open = { security: 'NONE' } as const
  return [
    { ...open, rest: 'GET /v5/market/time', run: () => time(venue) },
    { ...open, rest: 'GET /v5/market/instruments-info', run: (call) => instruments(venue, call) },
    // The private variant tells an account's own limits, which are the general ones here.
    {
      security: 'READ',
      rest: 'GET /v5/account/instruments-info',
      perSecond: () => 50,
      run: (call) => instruments(venue, call),
    },
    { ...open, rest: 'GET /v5/market/orderbook', run: (call) => orderbook(venue, call) },
    { ...open, rest: 'GET /v5/market/tickers', run: (call) => tickers(venue, call) },
    { ...open, rest: 'GET /v5/market/kline', run: (call) => kline(venue, call) },
    { ...open, rest: 'GET /v5/market/recent-trade', run: (call) => recentTrades(venue, call) },
    { ...open, rest: 'GET /v5/system/status', run: () => ({ list: venue.status.list() }) },
  ]
}
