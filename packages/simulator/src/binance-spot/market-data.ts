import type { Endpoint } from '../binance/api.ts'
import { ApiError } from '../binance/errors.ts'
import { INTERVALS, klineRows, publicTrades, statistics } from '../binance/market-shapes.ts'
import type { Params } from '../binance/params.ts'
import type { Market } from '../engine/market.ts'
import { filterList, marketOf } from './filters.ts'
import { DEFAULT_STP, ORDER_TYPES } from './instruments.ts'
import { eight } from './shapes.ts'
import type { SpotVenue } from './venue.ts'

function symbolInfo({ instrument }: Market): Record<string, unknown> {
  return {
    symbol: instrument.symbol,
    status: 'TRADING',
    baseAsset: instrument.base,
    baseAssetPrecision: 8,
    quoteAsset: instrument.quote,
    quotePrecision: 8,
    quoteAssetPrecision: 8,
    baseCommissionPrecision: 8,
    quoteCommissionPrecision: 8,
    orderTypes: ORDER_TYPES,
    icebergAllowed: true,
    ocoAllowed: true,
    otoAllowed: true,
    opoAllowed: false,
    quoteOrderQtyMarketAllowed: true,
    allowTrailingStop: false,
    cancelReplaceAllowed: true,
    amendAllowed: true,
    pegInstructionsAllowed: false,
    isSpotTradingAllowed: true,
    isMarginTradingAllowed: false,
    filters: filterList(instrument),
    permissions: [],
    permissionSets: [['SPOT']],
    defaultSelfTradePreventionMode: DEFAULT_STP,
    allowedSelfTradePreventionModes: ['NONE', 'EXPIRE_TAKER', 'EXPIRE_MAKER', 'EXPIRE_BOTH'],
  }
}

/** The symbols a call names by `symbol` or `symbols`; undefined when it names none. */
function namedMarkets(venue: SpotVenue, params: Params): { markets: Market[]; single: boolean } | undefined {
  const symbol = params.text('symbol')
  const symbols = params.text('symbols')
  if (symbol !== undefined && symbols !== undefined)
    throw new ApiError(-1128, 'Combination of optional parameters invalid.')
  if (symbol !== undefined) return { markets: [marketOf(venue.engine.markets, symbol)], single: true }
  if (symbols === undefined) return undefined
  let names: unknown
  try {
    names = JSON.parse(symbols)
  } catch {
    names = undefined
  }
  if (!Array.isArray(names) || names.some((name) => typeof name !== 'string')) {
    throw new ApiError(
      -1100,
      "Illegal characters found in parameter 'symbols'; legal range is '^\\[(\"[^\"]+\",?)*\\]$'.",
    )
  }
  return { markets: names.map((name) => marketOf(venue.engine.markets, name as string)), single: false }
}

/** One object for one `symbol`, otherwise an array. */
function perMarket(venue: SpotVenue, params: Params, shape: (market: Market) => unknown): unknown {
  const named = namedMarkets(venue, params)
  if (!named) return [...venue.engine.markets.values()].map(shape)
  return named.single ? shape(named.markets[0] as Market) : named.markets.map(shape)
}

function exchangeInfo(venue: SpotVenue, params: Params, ws: boolean): unknown {
  const markets = namedMarkets(venue, params)?.markets ?? [...venue.engine.markets.values()]
  const rateLimits = venue.api.limits.rules.map((rule) =>
    ws && rule.rateLimitType === 'RAW_REQUESTS' ? { ...rule, rateLimitType: 'CONNECTIONS', limit: 300 } : rule,
  )
  return {
    timezone: 'UTC',
    serverTime: venue.api.now(),
    rateLimits,
    exchangeFilters: [],
    symbols: markets.map(symbolInfo),
  }
}

function depth(venue: SpotVenue, params: Params): unknown {
  const market = marketOf(venue.engine.markets, params.need('symbol'))
  const limit = params.limit(100, 5000)
  const side = (which: 'BUY' | 'SELL') =>
    market.book.depth(which, limit).map(({ price, qty }) => [eight(price), eight(qty)])
  return { lastUpdateId: market.updateId, bids: side('BUY'), asks: side('SELL') }
}

function ticker24(venue: SpotVenue, params: Params): unknown {
  const mini = (params.text('type') ?? 'FULL') === 'MINI'
  return perMarket(venue, params, (market) => {
    const stats = statistics(market, venue.api.now(), eight, (value) => value.toFixed(3))
    const bid = market.book.depth('BUY', 1)[0]
    const ask = market.book.depth('SELL', 1)[0]
    const zero = '0.00000000'
    const quotes = {
      bidPrice: bid ? eight(bid.price) : zero,
      bidQty: bid ? eight(bid.qty) : zero,
      askPrice: ask ? eight(ask.price) : zero,
      askQty: ask ? eight(ask.qty) : zero,
    }
    if (!mini) {
      const {
        openPrice,
        highPrice,
        lowPrice,
        volume,
        quoteVolume,
        openTime,
        closeTime,
        firstId,
        lastId,
        count,
        ...head
      } = stats
      return {
        ...head,
        prevClosePrice: openPrice,
        ...quotes,
        openPrice,
        highPrice,
        lowPrice,
        volume,
        quoteVolume,
        openTime,
        closeTime,
        firstId,
        lastId,
        count,
      }
    }
    const { priceChange: _a, priceChangePercent: _b, weightedAvgPrice: _c, lastQty: _d, ...rest } = stats
    return rest
  })
}

function tickerWeight(one: number, many: number): (params: Params) => number {
  return (params) => (params.has('symbol') ? one : many)
}

/** Public endpoints of Binance Spot. */
export function marketEndpoints(venue: SpotVenue): Endpoint[] {
  const { markets } = venue.engine
  const info = {
    security: 'NONE',
    weight: 20,
    params: 'symbol symbols permissions showPermissionSets symbolStatus',
  } as const
  return [
    { rest: 'GET /api/v3/ping', ws: 'ping', security: 'NONE', weight: 1, params: '', run: () => ({}) },
    {
      rest: 'GET /api/v3/time',
      ws: 'time',
      security: 'NONE',
      weight: 1,
      params: '',
      run: () => ({ serverTime: venue.api.now() }),
    },
    { ...info, rest: 'GET /api/v3/exchangeInfo', run: ({ params }) => exchangeInfo(venue, params, false) },
    { ...info, ws: 'exchangeInfo', run: ({ params }) => exchangeInfo(venue, params, true) },
    {
      rest: 'GET /api/v3/depth',
      ws: 'depth',
      security: 'NONE',
      params: 'symbol limit symbolStatus',
      weight: (params) => {
        const limit = Number(params.text('limit') ?? 100)
        return limit <= 100 ? 5 : limit <= 500 ? 25 : limit <= 1000 ? 50 : 250
      },
      run: ({ params }) => depth(venue, params),
    },
    {
      rest: 'GET /api/v3/trades',
      ws: 'trades.recent',
      security: 'NONE',
      weight: 25,
      params: 'symbol limit',
      run: ({ params }) => publicTrades(marketOf(markets, params.need('symbol')), params.limit(500, 1000), eight, true),
    },
    {
      rest: 'GET /api/v3/historicalTrades',
      ws: 'trades.historical',
      security: 'NONE',
      weight: 25,
      params: 'symbol limit fromId',
      run: ({ params }) =>
        publicTrades(
          marketOf(markets, params.need('symbol')),
          params.limit(500, 1000),
          eight,
          true,
          params.id('fromId'),
        ),
    },
    {
      rest: 'GET /api/v3/aggTrades',
      ws: 'trades.aggregate',
      security: 'NONE',
      weight: 4,
      params: 'symbol fromId startTime endTime limit',
      run: ({ params }) => {
        const market = marketOf(markets, params.need('symbol'))
        const fromId = params.id('fromId')
        const from = params.integer('startTime') ?? 0
        const to = params.integer('endTime') ?? Number.MAX_SAFE_INTEGER
        return market.trades
          .filter((row) => (fromId === undefined || row.id >= fromId) && row.time >= from && row.time <= to)
          .slice(-params.limit(500, 1000))
          .map((row) => ({
            a: row.id,
            p: eight(row.price),
            q: eight(row.qty),
            f: row.id,
            l: row.id,
            T: row.time,
            m: row.buyerIsMaker,
            M: true,
          }))
      },
    },
    ...(['klines', 'uiKlines'] as const).map(
      (name): Endpoint => ({
        rest: `GET /api/v3/${name}`,
        ws: name,
        security: 'NONE',
        weight: 2,
        params: 'symbol interval startTime endTime timeZone limit',
        run: ({ params }) =>
          klineRows(marketOf(markets, params.need('symbol')), params, INTERVALS, 1000, venue.api.now(), eight),
      }),
    ),
    {
      rest: 'GET /api/v3/avgPrice',
      ws: 'avgPrice',
      security: 'NONE',
      weight: 2,
      params: 'symbol',
      run: ({ params }) => {
        const market = marketOf(markets, params.need('symbol'))
        const now = venue.api.now()
        const row = market.candles.since(now - 5 * 60_000)
        const price = row?.volume.gt(0) ? row.quote.div(row.volume) : market.last
        return { mins: 5, price: eight(price), closeTime: market.trades.at(-1)?.time ?? now }
      },
    },
    {
      rest: 'GET /api/v3/ticker/price',
      ws: 'ticker.price',
      security: 'NONE',
      weight: tickerWeight(2, 4),
      params: 'symbol symbols symbolStatus',
      run: ({ params }) => perMarket(venue, params, (market) => ({ symbol: market.symbol, price: eight(market.last) })),
    },
    {
      rest: 'GET /api/v3/ticker/bookTicker',
      ws: 'ticker.book',
      security: 'NONE',
      weight: tickerWeight(2, 4),
      params: 'symbol symbols symbolStatus',
      run: ({ params }) =>
        perMarket(venue, params, (market) => {
          const bid = market.book.depth('BUY', 1)[0]
          const ask = market.book.depth('SELL', 1)[0]
          const zero = '0.00000000'
          return {
            symbol: market.symbol,
            bidPrice: bid ? eight(bid.price) : zero,
            bidQty: bid ? eight(bid.qty) : zero,
            askPrice: ask ? eight(ask.price) : zero,
            askQty: ask ? eight(ask.qty) : zero,
          }
        }),
    },
    {
      rest: 'GET /api/v3/ticker/24hr',
      ws: 'ticker.24hr',
      security: 'NONE',
      weight: tickerWeight(2, 80),
      params: 'symbol symbols type symbolStatus',
      run: ({ params }) => ticker24(venue, params),
    },
    {
      rest: 'GET /api/v3/executionRules',
      ws: 'executionRules',
      security: 'NONE',
      weight: tickerWeight(2, 40),
      params: 'symbol symbols symbolStatus',
      run: ({ params }) => ({
        symbolRules: (namedMarkets(venue, params)?.markets ?? [...markets.values()]).map((market) => ({
          symbol: market.symbol,
          rules: [],
        })),
      }),
    },
  ]
}
