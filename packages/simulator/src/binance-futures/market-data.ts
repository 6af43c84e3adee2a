import type { Endpoint } from '../binance/api.ts'
import { ApiError } from '../binance/errors.ts'
import { INTERVALS, klineRows, publicTrades, statistics } from '../binance/market-shapes.ts'
import type { Params } from '../binance/params.ts'
import type { Big } from '../engine/decimal.ts'
import type { Market } from '../engine/market.ts'
import { marketOf } from './checks.ts'
import { CONDITIONAL_TYPES, filterList } from './instruments.ts'
import { eight } from './shapes.ts'
import type { FuturesVenue } from './venue.ts'

const HOUR = 3_600_000
const FUNDING_EVERY = 8 * HOUR
const DEPTHS = new Map([
  [5, 2],
  [10, 2],
  [20, 2],
  [50, 2],
  [100, 5],
  [500, 10],
  [1000, 20],
])
const FUTURES_INTERVALS = new Map([...INTERVALS].filter(([name]) => name !== '1s'))
const plain = (value: Big) => value.round(8, 1).toFixed()

export function nextFunding(now: number): number {
  return (Math.floor(now / FUNDING_EVERY) + 1) * FUNDING_EVERY
}

function symbolInfo({ instrument }: Market): Record<string, unknown> {
  return {
    symbol: instrument.symbol,
    pair: instrument.symbol,
    contractType: 'PERPETUAL',
    deliveryDate: 4_133_404_800_000,
    onboardDate: 1_569_398_400_000,
    status: 'TRADING',
    maintMarginPercent: '2.5000',
    requiredMarginPercent: '5.0000',
    baseAsset: instrument.base,
    quoteAsset: instrument.quote,
    marginAsset: instrument.quote,
    pricePrecision: Math.max(instrument.priceDecimals, 2),
    quantityPrecision: instrument.qtyDecimals,
    baseAssetPrecision: 8,
    quotePrecision: 8,
    underlyingType: 'COIN',
    underlyingSubType: ['PoW'],
    triggerProtect: '0.0500',
    liquidationFee: '0.012500',
    marketTakeBound: '0.05',
    maxMoveOrderLimit: 10_000,
    filters: filterList(instrument),
    orderTypes: ['LIMIT', 'MARKET', ...CONDITIONAL_TYPES],
    timeInForce: ['GTC', 'IOC', 'FOK', 'GTX', 'GTD'],
    permissionSets: ['GRID', 'COPY'],
  }
}

export function premium(market: Market, now: number): Record<string, unknown> {
  return {
    symbol: market.symbol,
    markPrice: eight(market.mark),
    indexPrice: eight(market.mark),
    estimatedSettlePrice: eight(market.mark),
    lastFundingRate: '0.00010000',
    interestRate: '0.00010000',
    nextFundingTime: nextFunding(now),
    time: now,
  }
}

/** One object for a symbol, an array of all without. */
function perSymbol(venue: FuturesVenue, params: Params, shape: (market: Market) => unknown): unknown {
  const symbol = params.text('symbol')
  if (symbol !== undefined) return shape(marketOf(venue.engine.markets, symbol))
  return [...venue.engine.markets.values()].map(shape)
}

function depth(venue: FuturesVenue, params: Params): unknown {
  const market = marketOf(venue.engine.markets, params.need('symbol'))
  const limit = params.integer('limit') ?? 500
  if (!DEPTHS.has(limit)) throw new ApiError(-4021, `${limit} is not valid depth limit.`)
  const now = venue.api.now()
  const { priceDecimals, qtyDecimals } = market.instrument
  const side = (which: 'BUY' | 'SELL') =>
    market.book.depth(which, limit).map(({ price, qty }) => [price.toFixed(priceDecimals), qty.toFixed(qtyDecimals)])
  return { lastUpdateId: market.updateId, E: now, T: now, bids: side('BUY'), asks: side('SELL') }
}

export function bookTicker(market: Market): Record<string, string> {
  const { priceDecimals, qtyDecimals } = market.instrument
  const best = (side: 'BUY' | 'SELL') => {
    const level = market.book.depth(side, 1)[0]
    return level ? [level.price.toFixed(priceDecimals), level.qty.toFixed(qtyDecimals)] : ['0.00', '0.000']
  }
  const [bidPrice = '', bidQty = ''] = best('BUY')
  const [askPrice = '', askQty = ''] = best('SELL')
  return { symbol: market.symbol, bidPrice, bidQty, askPrice, askQty }
}

export function dayStatistics(market: Market, now: number): ReturnType<typeof statistics> {
  return statistics(market, now, plain, (value) => value.toFixed(3))
}

/** Public endpoints of USDⓈ-M futures. */
export function marketEndpoints(venue: FuturesVenue): Endpoint[] {
  const open = { security: 'NONE' } as const
  const { markets } = venue.engine
  const oneOrAll = (one: number, all: number) => (params: Params) => (params.has('symbol') ? one : all)
  const klineWeight = (params: Params) => {
    const limit = Number(params.text('limit') ?? 500)
    return limit < 100 ? 1 : limit < 500 ? 2 : limit <= 1000 ? 5 : 10
  }
  const kline = (name: string, symbolParam: string, extra = ''): Endpoint => ({
    ...open,
    rest: `GET /fapi/v1/${name}`,
    weight: klineWeight,
    params: `${symbolParam} interval startTime endTime limit ${extra}`,
    run: ({ params }) =>
      klineRows(marketOf(markets, params.need(symbolParam)), params, FUTURES_INTERVALS, 1500, venue.api.now(), plain),
  })
  const priceOf = (market: Market) => ({
    symbol: market.symbol,
    price: market.last.toFixed(market.instrument.priceDecimals),
    time: venue.api.now(),
  })
  return [
    { ...open, rest: 'GET /fapi/v1/ping', ws: 'ping', weight: 1, params: '', run: () => ({}) },
    {
      ...open,
      rest: 'GET /fapi/v1/time',
      ws: 'time',
      weight: 1,
      params: '',
      run: () => ({ serverTime: venue.api.now() }),
    },
    {
      ...open,
      rest: 'GET /fapi/v1/exchangeInfo',
      weight: 1,
      params: '',
      run: () => ({
        timezone: 'UTC',
        serverTime: venue.api.now(),
        futuresType: 'U_MARGINED',
        rateLimits: venue.api.limits.rules,
        exchangeFilters: [],
        assets: [{ asset: 'USDT', marginAvailable: true, autoAssetExchange: '-100' }],
        symbols: [...markets.values()].map(symbolInfo),
      }),
    },
    {
      ...open,
      rest: 'GET /fapi/v1/depth',
      ws: 'depth',
      weight: (params) => DEPTHS.get(Number(params.text('limit') ?? 500)) ?? 10,
      params: 'symbol limit',
      run: ({ params }) => depth(venue, params),
    },
    {
      ...open,
      rest: 'GET /fapi/v1/trades',
      weight: 5,
      params: 'symbol limit',
      run: ({ params }) =>
        publicTrades(marketOf(markets, params.need('symbol')), params.limit(500, 1000), plain, false),
    },
    {
      ...open,
      rest: 'GET /fapi/v1/historicalTrades',
      weight: 200,
      params: 'symbol limit fromId',
      run: ({ params }) =>
        publicTrades(
          marketOf(markets, params.need('symbol')),
          params.limit(500, 1000),
          plain,
          false,
          params.id('fromId'),
        ),
    },
    {
      ...open,
      rest: 'GET /fapi/v1/aggTrades',
      weight: 20,
      params: 'symbol fromId startTime endTime limit',
      run: ({ params }) => {
        const fromId = params.id('fromId')
        const from = params.integer('startTime') ?? 0
        const to = params.integer('endTime') ?? Number.MAX_SAFE_INTEGER
        return marketOf(markets, params.need('symbol'))
          .trades.filter((row) => (fromId === undefined || row.id >= fromId) && row.time >= from && row.time <= to)
          .slice(-params.limit(500, 1000))
          .map((row) => ({
            a: row.id,
            p: plain(row.price),
            q: plain(row.qty),
            nq: plain(row.qty),
            f: row.id,
            l: row.id,
            T: row.time,
            m: row.buyerIsMaker,
          }))
      },
    },
    kline('klines', 'symbol'),
    kline('continuousKlines', 'pair', 'contractType'),
    kline('indexPriceKlines', 'pair'),
    kline('markPriceKlines', 'symbol'),
    {
      ...open,
      rest: 'GET /fapi/v1/premiumIndex',
      weight: oneOrAll(1, 10),
      params: 'symbol',
      run: ({ params }) => perSymbol(venue, params, (market) => premium(market, venue.api.now())),
    },
    {
      ...open,
      rest: 'GET /fapi/v1/fundingRate',
      weight: 0,
      params: 'symbol startTime endTime limit',
      run: ({ params }) => {
        const symbol = params.text('symbol')
        const of = symbol === undefined ? [...markets.values()] : [marketOf(markets, symbol)]
        const limit = params.limit(100, 1000)
        const last = nextFunding(venue.api.now()) - FUNDING_EVERY
        const from = params.integer('startTime') ?? 0
        const to = params.integer('endTime') ?? last
        return of.flatMap((market) =>
          Array.from({ length: Math.min(limit, 90) }, (_, i) => last - (Math.min(limit, 90) - 1 - i) * FUNDING_EVERY)
            .filter((time) => time >= from && time <= to)
            .map((fundingTime) => ({
              symbol: market.symbol,
              fundingRate: '0.00010000',
              fundingTime,
              markPrice: eight(market.mark),
              rateType: 'NORMAL',
            })),
        )
      },
    },
    {
      ...open,
      rest: 'GET /fapi/v1/fundingInfo',
      weight: 0,
      params: '',
      run: () =>
        [...markets.keys()].map((symbol) => ({
          symbol,
          adjustedFundingRateCap: '0.02000000',
          adjustedFundingRateFloor: '-0.02000000',
          fundingIntervalHours: 8,
          disclaimer: false,
        })),
    },
    {
      ...open,
      rest: 'GET /fapi/v1/openInterest',
      weight: 1,
      params: 'symbol',
      run: ({ params }) => {
        const market = marketOf(markets, params.need('symbol'))
        return {
          symbol: market.symbol,
          openInterest: venue.openInterest(market.symbol).toFixed(market.instrument.qtyDecimals),
          time: venue.api.now(),
        }
      },
    },
    {
      ...open,
      rest: 'GET /fapi/v1/ticker/price',
      ws: 'ticker.price',
      weight: oneOrAll(1, 2),
      params: 'symbol',
      run: ({ params }) => perSymbol(venue, params, priceOf),
    },
    {
      ...open,
      rest: 'GET /fapi/v2/ticker/price',
      weight: oneOrAll(1, 2),
      params: 'symbol',
      run: ({ params }) => perSymbol(venue, params, priceOf),
    },
    {
      ...open,
      rest: 'GET /fapi/v1/ticker/bookTicker',
      weight: oneOrAll(2, 5),
      params: 'symbol',
      run: ({ params }) => perSymbol(venue, params, (market) => ({ ...bookTicker(market), time: venue.api.now() })),
    },
    {
      ...open,
      ws: 'ticker.book',
      weight: oneOrAll(2, 5),
      params: 'symbol',
      run: ({ params }) =>
        perSymbol(venue, params, (market) => ({
          lastUpdateId: market.updateId,
          ...bookTicker(market),
          time: venue.api.now(),
        })),
    },
    {
      ...open,
      rest: 'GET /fapi/v1/ticker/24hr',
      weight: oneOrAll(1, 40),
      params: 'symbol',
      run: ({ params }) => perSymbol(venue, params, (market) => dayStatistics(market, venue.api.now())),
    },
  ]
}
