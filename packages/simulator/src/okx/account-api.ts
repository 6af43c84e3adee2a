import type { Account } from '../engine/account.ts'
import type { Market } from '../engine/market.ts'
import { balanceRow, heldAssets, openPositions, posIdOf, positionRow } from './account-shapes.ts'
import type { Call, Endpoint, Limit } from './api.ts'
import { isContract, marketOf } from './checks.ts'
import { ApiError, badParameter } from './errors.ts'
import { instrumentRow, isOfType } from './instruments.ts'
import type { OkxVenue } from './venue.ts'

const PERMISSION: Record<string, string> = { read: 'read_only', trade: 'trade', withdraw: 'withdraw' }
const MAX_LEVERAGE = 100

const user = (calls: number): Limit => ({ calls, seconds: 2, by: 'user' })

/** The account: who it is, what it holds, how it trades (fact sheet: okx.md sections 3.2 and 3.3). */
export function accountEndpoints(venue: OkxVenue): Endpoint[] {
  const read = (path: string, limit: Limit, run: (call: Call) => unknown[]): Endpoint => ({
    rest: `GET /api/v5/account/${path}`,
    security: 'READ',
    limit,
    run,
  })
  const write = (path: string, limit: Limit, run: (call: Call) => unknown[]): Endpoint => ({
    rest: `POST /api/v5/account/${path}`,
    security: 'TRADE',
    limit,
    run,
  })
  return [
    read('config', user(5), ({ account }) => [config(account)]),
    read('balance', user(10), ({ account, params }) => {
      const wanted = params.list('ccy')
      const held = heldAssets(account)
      return [balanceRow(venue, account, wanted.length === 0 ? held : held.filter((asset) => wanted.includes(asset)))]
    }),
    read('positions', user(10), (call) => positions(venue, call)),
    read('instruments', { calls: 20, seconds: 2, by: 'user+instType' }, ({ params }) => instruments(venue, { params })),
    read('trade-fee', user(5), (call) => fees(venue, call)),
    read('leverage-info', user(20), (call) => leverages(venue, call)),
    write('set-leverage', user(20), (call) => setLeverage(venue, call)),
    write('set-position-mode', user(5), (call) => setPositionMode(venue, call)),
  ]
}

function config(account: Account): Record<string, unknown> {
  return {
    acctLv: '2',
    acctStpMode: 'cancel_maker',
    autoLoan: false,
    ctIsoMode: 'automatic',
    enableSpotBorrow: false,
    feeType: '0',
    greeksType: 'PA',
    ip: boundTo(account).join(','),
    kycLv: '2',
    label: 'paper',
    level: 'Lv1',
    levelTmp: '',
    liquidationGear: '-1',
    mainUid: String(account.uid),
    mgnIsoMode: 'automatic',
    opAuth: '0',
    perm: Object.keys(PERMISSION)
      .filter((name) => account.can(name))
      .map((name) => PERMISSION[name])
      .join(','),
    posMode: account.hedge ? 'long_short_mode' : 'net_mode',
    roleType: '0',
    settleCcy: 'USDC',
    settleCcyList: ['USD', 'USDC', 'USDG'],
    spotBorrowAutoRepay: false,
    spotOffsetType: '',
    spotRoleType: '0',
    spotTraderInsts: [],
    traderInsts: [],
    type: '0',
    uid: String(account.uid),
  }
}

/** `ip_restrict` is a key bound to an address it may be used from here. */
function boundTo({ ips, permissions }: Account): readonly string[] {
  return ips.length === 0 && permissions.includes('ip_restrict') ? ['127.0.0.1'] : ips
}

function positions(venue: OkxVenue, { account, params }: Call): unknown[] {
  const instType = params.text('instType')
  const instIds = params.list('instId')
  const posIds = params.list('posId')
  if (instIds.length > 10) throw badParameter('instId')
  if (posIds.length > 20) throw badParameter('posId')
  const wanted = openPositions(account).filter((position) => {
    const market = venue.engine.markets.get(position.symbol) as Market
    return (
      isOfType(market, instType) &&
      (instIds.length === 0 || instIds.includes(market.instrument.name)) &&
      (posIds.length === 0 || posIds.includes(posIdOf(venue, account, position)))
    )
  })
  return wanted.map((position) => positionRow(venue, account, position))
}

/** Public and private lists are the same here. */
export function instruments(venue: OkxVenue, { params }: Pick<Call, 'params'>): unknown[] {
  const instType = params.needOneOf('instType', ['SPOT', 'MARGIN', 'SWAP', 'FUTURES', 'OPTION', 'EVENTS'] as const)
  const instId = params.text('instId')
  const family = params.text('instFamily') ?? params.text('uly')
  const rows = [...venue.engine.markets.values()]
    .filter((market) => isOfType(market, instType) && (instId === undefined || market.symbol === instId))
    .map(({ instrument }) => instrumentRow(instrument))
    .filter((row) => family === undefined || row.instFamily === family)
  if (instId !== undefined && rows.length === 0) {
    throw new ApiError('51001', "Instrument ID, Instrument ID code, or Spread ID doesn't exist.")
  }
  return rows
}

function fees(venue: OkxVenue, { params }: Call): unknown[] {
  const instType = params.needOneOf('instType', ['SPOT', 'MARGIN', 'SWAP', 'FUTURES', 'OPTION'] as const)
  const market = [...venue.engine.markets.values()].find((each) => isOfType(each, instType))
  const rate = (value: string | undefined) => (value === undefined ? '' : `-${value}`)
  const maker = rate(market?.instrument.makerRate.toFixed())
  const taker = rate(market?.instrument.takerRate.toFixed())
  const isSpot = instType === 'SPOT'
  return [
    {
      category: '1',
      delivery: '',
      exercise: '',
      feeGroup: [{ groupId: isSpot ? '1' : '4', maker, taker }],
      fiat: [],
      instType,
      isSpecialist: false,
      level: 'Lv1',
      maker: isSpot ? maker : '',
      makerU: isSpot ? '' : maker,
      makerUSDC: '',
      ruleType: 'normal',
      settle: '',
      taker: isSpot ? taker : '',
      takerU: isSpot ? '' : taker,
      takerUSDC: '',
      ts: String(venue.api.now()),
    },
  ]
}

function leverages(venue: OkxVenue, { account, params }: Call): unknown[] {
  const isolated = params.needOneOf('mgnMode', ['cross', 'isolated'] as const) === 'isolated'
  return params
    .need('instId')
    .split(',')
    .flatMap((instId) => {
      const market = contractOf(venue, instId)
      const lever = String(venue.clearing.futures.leverage(account, market.symbol, isolated))
      const sides = account.hedge ? ['long', 'short'] : ['net']
      const mgnMode = isolated ? 'isolated' : 'cross'
      return sides.map((posSide) => ({ ccy: '', instId, mgnMode, posSide, lever }))
    })
}

function setLeverage(venue: OkxVenue, { account, params }: Call): unknown[] {
  const mgnMode = params.needOneOf('mgnMode', ['cross', 'isolated'] as const)
  const market = contractOf(venue, params.need('instId'))
  const lever = params.needDecimal('lever')
  const number = Number(lever)
  if (number < 1) throw badParameter('lever')
  if (number > MAX_LEVERAGE)
    throw new ApiError('59102', 'Leverage exceeds the maximum limit. Please lower the leverage.')
  const posSide = params.text('posSide') ?? ''
  if (mgnMode === 'isolated' && account.hedge && posSide !== 'long' && posSide !== 'short')
    throw badParameter('posSide')
  const settings = { leverage: number, isolated: mgnMode === 'isolated' }
  account.settings.set(mgnMode === 'isolated' ? `${market.symbol}:ISOLATED` : market.symbol, settings)
  venue.save(account)
  venue.channels.settingsChanged(account, market, 'set_leverage')
  return [{ lever, mgnMode, instId: market.symbol, posSide }]
}

function setPositionMode(venue: OkxVenue, { account, params }: Call): unknown[] {
  const posMode = params.needOneOf('posMode', ['long_short_mode', 'net_mode'] as const)
  const hedge = posMode === 'long_short_mode'
  const busy = openPositions(account).length > 0 || [...account.open].some(({ market }) => isContract(market))
  if (hedge !== account.hedge && busy) {
    throw new ApiError('59000', 'Setting failed. Cancel any open orders, close positions, and stop trading bots first.')
  }
  account.hedge = hedge
  venue.save(account)
  return [{ posMode }]
}

function contractOf(venue: OkxVenue, instId: string): Market {
  const market = marketOf(venue, instId)
  if (!isContract(market)) throw badParameter('instId')
  return market
}
