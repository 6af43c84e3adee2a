import type { Call, Endpoint } from '../binance/api.ts'
import { ApiError, missing } from '../binance/errors.ts'
import type { Account } from '../engine/account.ts'
import { ZERO } from '../engine/decimal.ts'
import type { Market } from '../engine/market.ts'
import { marketOf } from './checks.ts'
import { MAX_NOTIONAL_VALUE } from './instruments.ts'
import type { FuturesVenue } from './venue.ts'

const OK = { code: 200, msg: 'success' }

function hasPosition(account: Account, symbol?: string): boolean {
  return [...account.positions.values()].some(
    (each) => !each.amount.eq(ZERO) && (symbol === undefined || each.symbol === symbol),
  )
}

function hasOrders(account: Account, symbol?: string): boolean {
  return [...account.open].some((order) => symbol === undefined || order.market.symbol === symbol)
}

function needBoolean(call: Call, name: string): boolean {
  const value = call.params.boolean(name)
  if (value === undefined) throw missing(name)
  return value
}

function setLeverage(venue: FuturesVenue, { account, params }: Call): unknown {
  const market = marketOf(venue.engine.markets, params.need('symbol'))
  const leverage = params.integer('leverage')
  if (leverage === undefined) throw missing('leverage')
  if (leverage < 1 || leverage > 125) throw new ApiError(-4028, `Leverage ${leverage} is not valid`)
  account.settings.set(market.symbol, { ...venue.clearing.settings(account, market.symbol), leverage })
  venue.save(account)
  venue.tellConfig(account, { ac: { s: market.symbol, l: leverage } })
  return { leverage, maxNotionalValue: MAX_NOTIONAL_VALUE, symbol: market.symbol }
}

function setMarginType(venue: FuturesVenue, { account, params }: Call): unknown {
  const market = marketOf(venue.engine.markets, params.need('symbol'))
  const type = params.need('marginType')
  if (type !== 'ISOLATED' && type !== 'CROSSED')
    throw new ApiError(-1130, "Data sent for parameter 'marginType' is not valid.")
  const settings = venue.clearing.settings(account, market.symbol)
  const isolated = type === 'ISOLATED'
  if (settings.isolated === isolated) throw new ApiError(-4046, 'No need to change margin type.')
  if (hasOrders(account, market.symbol))
    throw new ApiError(-4047, 'Margin type cannot be changed if there exists open orders.')
  if (hasPosition(account, market.symbol))
    throw new ApiError(-4048, 'Margin type cannot be changed if there exists position.')
  account.settings.set(market.symbol, { ...settings, isolated })
  venue.save(account)
  return OK
}

function setHedge(venue: FuturesVenue, call: Call): unknown {
  const { account } = call
  const hedge = needBoolean(call, 'dualSidePosition')
  if (account.hedge === hedge) throw new ApiError(-4059, 'No need to change position side.')
  if (hasOrders(account)) throw new ApiError(-4067, 'Position side cannot be changed if there exists open orders.')
  if (hasPosition(account)) throw new ApiError(-4068, 'Position side cannot be changed if there exists position.')
  account.hedge = hedge
  venue.save(account)
  return OK
}

function setMultiAssets(venue: FuturesVenue, call: Call): unknown {
  const wanted = needBoolean(call, 'multiAssetsMargin')
  if (call.account.multiAssets === wanted) throw new ApiError(-4171, 'No need to change multi-assets mode.')
  call.account.multiAssets = wanted
  venue.save(call.account)
  venue.tellConfig(call.account, { ai: { j: wanted } })
  return OK
}

function symbolConfig(venue: FuturesVenue, { account, params }: Call): unknown[] {
  const symbol = params.text('symbol')
  const markets: Market[] =
    symbol === undefined ? [...venue.engine.markets.values()] : [marketOf(venue.engine.markets, symbol)]
  return markets.map((market) => {
    const { leverage, isolated } = venue.clearing.settings(account, market.symbol)
    return {
      symbol: market.symbol,
      marginType: isolated ? 'ISOLATED' : 'CROSSED',
      isAutoAddMargin: false,
      leverage,
      maxNotionalValue: MAX_NOTIONAL_VALUE,
    }
  })
}

function brackets(venue: FuturesVenue, { params }: Call): unknown[] {
  const symbol = params.text('symbol')
  const markets = symbol === undefined ? [...venue.engine.markets.values()] : [marketOf(venue.engine.markets, symbol)]
  return markets.map((market) => ({
    symbol: market.symbol,
    brackets: [
      {
        bracket: 1,
        initialLeverage: 125,
        notionalCap: Number(MAX_NOTIONAL_VALUE),
        notionalFloor: 0,
        maintMarginRatio: 0.004,
        cum: 0,
      },
    ],
  }))
}

/** Account settings of USDⓈ-M futures. */
export function settingsEndpoints(venue: FuturesVenue): Endpoint[] {
  const read = { security: 'USER_DATA' } as const
  const trade = { security: 'TRADE', weight: 1 } as const
  return [
    {
      ...read,
      rest: 'GET /fapi/v1/accountConfig',
      weight: 5,
      params: '',
      run: ({ account }) => ({
        feeTier: 0,
        canTrade: true,
        canDeposit: true,
        canWithdraw: true,
        dualSidePosition: account.hedge,
        updateTime: 0,
        multiAssetsMargin: account.multiAssets,
        tradeGroupId: -1,
      }),
    },
    {
      ...read,
      rest: 'GET /fapi/v1/symbolConfig',
      weight: 5,
      params: 'symbol',
      run: (call) => symbolConfig(venue, call),
    },
    {
      ...read,
      rest: 'GET /fapi/v1/positionSide/dual',
      weight: 30,
      params: '',
      run: ({ account }) => ({ dualSidePosition: account.hedge }),
    },
    {
      ...trade,
      rest: 'POST /fapi/v1/positionSide/dual',
      params: 'dualSidePosition',
      run: (call) => setHedge(venue, call),
    },
    { ...trade, rest: 'POST /fapi/v1/leverage', params: 'symbol leverage', run: (call) => setLeverage(venue, call) },
    {
      ...trade,
      rest: 'POST /fapi/v1/marginType',
      params: 'symbol marginType',
      run: (call) => setMarginType(venue, call),
    },
    {
      ...read,
      rest: 'GET /fapi/v1/multiAssetsMargin',
      weight: 30,
      params: '',
      run: ({ account }) => ({ multiAssetsMargin: account.multiAssets }),
    },
    {
      ...trade,
      rest: 'POST /fapi/v1/multiAssetsMargin',
      params: 'multiAssetsMargin',
      run: (call) => setMultiAssets(venue, call),
    },
    {
      ...read,
      rest: 'GET /fapi/v1/leverageBracket',
      weight: 1,
      params: 'symbol',
      run: (call) => brackets(venue, call),
    },
    {
      ...read,
      rest: 'GET /fapi/v1/commissionRate',
      weight: 20,
      params: 'symbol',
      run: ({ params }) => {
        const { symbol, makerRate, takerRate } = marketOf(venue.engine.markets, params.need('symbol')).instrument
        return {
          symbol,
          makerCommissionRate: makerRate.toFixed(),
          takerCommissionRate: takerRate.toFixed(),
          rpiCommissionRate: '0.00005',
        }
      },
    },
    {
      ...read,
      rest: 'GET /fapi/v1/adlQuantile',
      weight: 5,
      params: 'symbol',
      run: ({ account, params }) => {
        const symbol = params.text('symbol')
        const held = [...account.positions.values()].filter((each) => !each.amount.eq(ZERO))
        const symbols = new Set(
          held.map((each) => each.symbol).filter((each) => symbol === undefined || each === symbol),
        )
        return [...symbols].map((each) => ({
          symbol: each,
          adlQuantile: account.hedge ? { LONG: 2, SHORT: 2, HEDGE: 0 } : { LONG: 0, SHORT: 0, BOTH: 2 },
        }))
      },
    },
    {
      ...read,
      rest: 'GET /fapi/v1/feeBurn',
      weight: 30,
      params: '',
      run: ({ account }) => ({ feeBurn: account.feeBurn }),
    },
    {
      ...trade,
      rest: 'POST /fapi/v1/feeBurn',
      params: 'feeBurn',
      run: (call) => {
        call.account.feeBurn = needBoolean(call, 'feeBurn')
        venue.save(call.account)
        return OK
      },
    },
  ]
}

/** Listen keys: the API key alone opens them. */
export function listenKeyEndpoints(venue: FuturesVenue): Endpoint[] {
  const keyed = { security: 'KEY', weight: 1, params: 'listenKey' } as const
  return [
    {
      ...keyed,
      rest: 'POST /fapi/v1/listenKey',
      ws: 'userDataStream.start',
      run: ({ account }) => ({ listenKey: venue.listenKeys.start(account).key }),
    },
    {
      ...keyed,
      rest: 'PUT /fapi/v1/listenKey',
      ws: 'userDataStream.ping',
      run: ({ account }) => ({ listenKey: venue.listenKeys.ping(account).key }),
    },
    {
      ...keyed,
      rest: 'DELETE /fapi/v1/listenKey',
      ws: 'userDataStream.stop',
      run: ({ account }) => {
        venue.listenKeys.stop(account)
        return {}
      },
    },
  ]
}
