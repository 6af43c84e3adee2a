import type { Account } from '../engine/account.ts'
import { type Big, dec, ZERO } from '../engine/decimal.ts'
import { averagePrice, worth } from '../engine/instrument.ts'
import type { Market } from '../engine/market.ts'
import type { Order } from '../engine/order.ts'
import { positionsOf } from './account-shapes.ts'
import type { Call, Endpoint } from './api.ts'
import { readContractCategory } from './categories.ts'
import { ApiError, badParameter, invalid } from './errors.ts'
import { MAX_LEVERAGE } from './instruments.ts'
import { pageOf, weekWindow } from './pages.ts'
import { readPositionSide } from './tickets.ts'
import type { BybitVenue } from './venue.ts'
import { isIsolated, sideWord } from './words.ts'

/** With a symbol the flat ones too, with a settle coin those that have a size. */
function positions(venue: BybitVenue, { account, params }: Call): unknown {
  const category = readContractCategory(params)
  const symbol = params.text('symbol')
  const settle = params.text('settleCoin')
  if (category === 'linear' && symbol === undefined && settle === undefined) {
    throw badParameter('Missing some parameters that must be filled in, symbol or settleCoin')
  }
  const rows = venue.pickMarkets(category, { symbol, settle }).flatMap((market) =>
    positionsOf(account, market)
      .filter((position) => symbol !== undefined || !position.amount.eq(ZERO))
      .map((position) => ({
        time: 0,
        key: `${market.instrument.name},${position.side},${position.isolated}`,
        row: venue.positionRow(account, position, market),
      })),
  )
  const { page, cursor } = pageOf(rows, params, params.limit(20, 200))
  return { list: page.map(({ row }) => row), nextPageCursor: cursor, category }
}

interface Closing {
  order: Order
  closed: Big
  exitValue: Big
  realized: Big
  fees: Big
  fills: number
  firstAt: number
  lastAt: number
}

/** What each order closed of a position, by the time of its last fill. */
function closings(account: Account, market: Market): Closing[] {
  const found = new Map<bigint, Closing>()
  for (const fill of account.fills.get(market.symbol) ?? []) {
    const order = market.orders.get(fill.orderId)
    if (!order || fill.closed === undefined || fill.closed === '0') continue
    const old = found.get(fill.orderId)
    const before = old ?? { closed: ZERO, exitValue: ZERO, realized: ZERO, fees: ZERO, fills: 0, firstAt: fill.time }
    const closed = before.closed.plus(fill.closed)
    found.set(fill.orderId, {
      order,
      closed,
      exitValue: before.exitValue.plus(worth(market.instrument, dec(fill.price), dec(fill.closed))),
      realized: before.realized.plus(fill.realized),
      fees: before.fees.plus(fill.fee),
      fills: before.fills + 1,
      firstAt: before.firstAt,
      lastAt: fill.time,
    })
  }
  return [...found.values()]
}

function closedPnl(venue: BybitVenue, { account, params }: Call): unknown {
  const category = readContractCategory(params)
  const { from, to } = weekWindow(params, venue.api.now())
  const rows = venue.pickMarkets(category, { symbol: params.text('symbol') }).flatMap((market) =>
    closings(account, market)
      .filter(({ lastAt }) => lastAt >= from && lastAt <= to)
      .map((closing) => ({
        time: closing.lastAt,
        key: venue.ids.order(market.symbol, closing.order.id),
        row: closedPnlRow(venue, account, market, closing),
      })),
  )
  const { page, cursor } = pageOf(rows, params, params.limit(50, 100))
  return { list: page.map(({ row }) => row), nextPageCursor: cursor, category }
}

function closedPnlRow(venue: BybitVenue, account: Account, market: Market, closing: Closing): Record<string, unknown> {
  const { order, closed, exitValue, realized } = closing
  const { instrument } = market
  // Selling closes a long position, which gained what the exit was worth more; inverse value moves the other way.
  const gainRaisesExit = (order.side === 'SELL') === (instrument.kind === 'linear')
  const entryValue = gainRaisesExit ? exitValue.minus(realized) : exitValue.plus(realized)
  return {
    symbol: instrument.name,
    orderId: venue.ids.order(market.symbol, order.id),
    side: sideWord(order.side),
    qty: order.qty.toFixed(),
    orderPrice: order.price.toFixed(),
    orderType: order.type,
    execType: order.extra.liquidation === true ? 'BustTrade' : 'Trade',
    closedSize: closed.toFixed(),
    cumEntryValue: entryValue.round(8, 1).toFixed(),
    avgEntryPrice: averagePrice(instrument, closed, entryValue).round(8, 1).toFixed(),
    cumExitValue: exitValue.round(8, 1).toFixed(),
    avgExitPrice: averagePrice(instrument, closed, exitValue).round(8, 1).toFixed(),
    closedPnl: realized.minus(closing.fees).toFixed(),
    fillCount: String(closing.fills),
    leverage: String(venue.clearing.futures.leverage(account, market.symbol, order.isolated)),
    openFee: '0',
    closeFee: closing.fees.toFixed(),
    createdTime: String(closing.firstAt),
    updatedTime: String(closing.lastAt),
  }
}

/** 0 is one-way, 3 is hedge mode; it is one for all contracts of the account here. */
function switchMode(venue: BybitVenue, { account, params }: Call): unknown {
  readContractCategory(params)
  const symbol = params.text('symbol')
  if (symbol === undefined && !params.has('coin')) throw badParameter('symbol or coin is required')
  const mode = params.integer('mode')
  if (mode !== 0 && mode !== 3) throw invalid('mode')
  if (account.hedge === (mode === 3)) throw new ApiError(110025, 'Position mode is not modified')
  if ([...account.positions.values()].some((position) => !position.amount.eq(ZERO))) {
    throw new ApiError(110024, 'You have an existing position, so the position mode cannot be switched')
  }
  if ([...account.open].some((order) => order.market.instrument.kind !== 'spot')) {
    throw new ApiError(110028, 'You have existing open orders, so the position mode cannot be switched')
  }
  account.hedge = mode === 3
  venue.save(account)
  return {}
}

function setLeverage(venue: BybitVenue, { account, params }: Call): unknown {
  const market = venue.market(readContractCategory(params), params.need('symbol'))
  const buy = params.needDecimal('buyLeverage')
  const sell = params.needDecimal('sellLeverage')
  if (!buy.eq(sell)) throw badParameter('buy leverage not equal sell leverage')
  if (buy.lt(1)) throw invalid('buyLeverage')
  if (buy.gt(MAX_LEVERAGE)) throw new ApiError(110013, 'cannot set leverage due to risk limit level')
  const leverage = Number(buy.toFixed())
  if (venue.clearing.futures.leverage(account, market.symbol, isIsolated(account)) === leverage) {
    throw new ApiError(110043, 'leverage not modified')
  }
  account.settings.set(market.symbol, { leverage, isolated: false })
  venue.save(account)
  venue.feed.positionChanged(account, market)
  return {}
}

function tradingStop(venue: BybitVenue, { account, params }: Call): unknown {
  const market = venue.market(readContractCategory(params), params.need('symbol'))
  if (params.has('trailingStop') || params.text('tpslMode') === 'Partial') {
    throw badParameter('only tpslMode Full with takeProfit and stopLoss is supported here')
  }
  const takeProfit = params.decimal('takeProfit')
  const stopLoss = params.decimal('stopLoss')
  if (takeProfit === undefined && stopLoss === undefined) throw badParameter('takeProfit or stopLoss is required')
  const side = readPositionSide(account, params)
  const position = venue.clearing.futures.position(account, market.symbol, side, isIsolated(account))
  venue.protection.set(
    account,
    market,
    position,
    { ...(takeProfit && { takeProfit }), ...(stopLoss && { stopLoss }) },
    { tpTriggerBy: params.text('tpTriggerBy') ?? 'LastPrice', slTriggerBy: params.text('slTriggerBy') ?? 'LastPrice' },
  )
  return {}
}

/** Positions of linear and inverse contracts, and what can be set about them. */
export function positionEndpoints(venue: BybitVenue): Endpoint[] {
  const read = { security: 'READ', perSecond: () => 50 } as const
  const write = { security: 'TRADE', perSecond: () => 10 } as const
  return [
    { ...read, rest: 'GET /v5/position/list', run: (call) => positions(venue, call) },
    { ...read, rest: 'GET /v5/position/closed-pnl', run: (call) => closedPnl(venue, call) },
    { ...write, rest: 'POST /v5/position/switch-mode', run: (call) => switchMode(venue, call) },
    { ...write, rest: 'POST /v5/position/set-leverage', run: (call) => setLeverage(venue, call) },
    { ...write, rest: 'POST /v5/position/trading-stop', run: (call) => tradingStop(venue, call) },
    {
      ...write,
      rest: 'POST /v5/position/switch-isolated',
      run: () => {
        throw new ApiError(100028, 'unified account is forbidden')
      },
    },
  ]
}
