import type { Account } from '../engine/account.ts'
import { type Big, ZERO } from '../engine/decimal.ts'
import { settleAsset } from '../engine/instrument.ts'
import { walletRow } from './account-shapes.ts'
import { type Call, type Endpoint, isBound, KEY_LIFE_MS } from './api.ts'
import { readCategory } from './categories.ts'
import { badParameter } from './errors.ts'
import { pageOf, weekWindow } from './pages.ts'
import type { BybitVenue } from './venue.ts'
import { isIsolated, setIsolated, sideWord } from './words.ts'

const DAY = 86_400_000

function keyInfo(venue: BybitVenue, account: Account): unknown {
  const scoped = account.can('spot') || account.can('futures')
  const spot = !scoped || account.can('spot')
  const contracts = !scoped || account.can('futures')
  const bound = isBound(account)
  const expires = account.createdAt + KEY_LIFE_MS
  const left = Math.max(0, Math.ceil((expires - venue.world.clock.aged()) / DAY))
  const wallet = [
    ...(account.can('internal_transfer') || account.can('universal_transfer') ? ['AccountTransfer'] : []),
    ...(account.can('withdraw') ? ['Withdraw'] : []),
  ]
  return {
    id: String(account.uid),
    note: 'paper',
    apiKey: account.key.apiKey,
    readOnly: account.can('trade') ? 0 : 1,
    secret: '',
    permissions: {
      ContractTrade: contracts ? ['Order', 'Position'] : [],
      Spot: spot ? ['SpotTrade'] : [],
      Wallet: wallet,
      Options: [],
      Derivatives: contracts ? ['DerivativesTrade'] : [],
      CopyTrading: [],
      BlockTrade: [],
      Exchange: [],
      NFT: [],
      Affiliate: [],
      Earn: [],
    },
    ips: account.ips.length > 0 ? [...account.ips] : bound ? ['127.0.0.1'] : ['*'],
    type: 1,
    deadlineDay: bound ? -2 : left,
    expiredAt: bound ? '1970-01-01T00:00:00Z' : new Date(expires).toISOString().replace('.000', ''),
    createdAt: new Date(account.createdAt).toISOString().replace(/\.\d{3}/, ''),
    unified: 0,
    uta: 1,
    userID: account.uid,
    inviterID: 0,
    vipLevel: 'No VIP',
    mktMakerLevel: '0',
    affiliateID: 0,
    rsaPublicKey: account.key.publicKey,
    isMaster: true,
    parentUid: '0',
    kycLevel: 'LEVEL_1',
    kycRegion: 'DEU',
    isFixApi: false,
  }
}

function accountInfo(account: Account): unknown {
  return {
    marginMode: isIsolated(account) ? 'ISOLATED_MARGIN' : 'REGULAR_MARGIN',
    updatedTime: String(account.createdAt),
    unifiedMarginStatus: 5,
    dcpStatus: 'OFF',
    timeWindow: 0,
    smpGroup: 0,
    isMasterTrader: false,
    spotHedgingStatus: 'OFF',
  }
}

function walletBalance(venue: BybitVenue, { account, params }: Call): unknown {
  if (params.need('accountType') !== 'UNIFIED') throw badParameter('accountType only support UNIFIED.')
  const coins = params.text('coin')?.split(',')
  return { list: [walletRow(account, venue.clearing.futures, venue.engine.markets, coins)] }
}

/** The mode is one for the whole account, and may change only while nothing is at stake. */
function setMarginMode(venue: BybitVenue, { account, params }: Call): unknown {
  const mode = params.needOneOf('setMarginMode', ['ISOLATED_MARGIN', 'REGULAR_MARGIN', 'PORTFOLIO_MARGIN'] as const)
  if (mode === 'PORTFOLIO_MARGIN') throw badParameter('PORTFOLIO_MARGIN is not supported here')
  const busy = account.open.size > 0 || [...account.positions.values()].some((position) => !position.amount.eq(ZERO))
  if (busy && isIsolated(account) !== (mode === 'ISOLATED_MARGIN')) {
    return { reasons: [{ reasonCode: '3400045', reasonMsg: 'Close all positions and cancel all orders first' }] }
  }
  setIsolated(account, mode === 'ISOLATED_MARGIN')
  venue.save(account)
  return { reasons: [] }
}

function feeRate(venue: BybitVenue, { params }: Call): unknown {
  const category = readCategory(params)
  const symbol = params.text('symbol')
  const list = venue.pickMarkets(category, { symbol }).map(({ instrument }) => ({
    symbol: instrument.name,
    takerFeeRate: instrument.takerRate.toFixed(),
    makerFeeRate: instrument.makerRate.toFixed(),
    baseCoin: category === 'spot' ? '' : instrument.base,
  }))
  return { list }
}

interface Entry {
  time: number
  key: string
  currency: string
  change: Big
  row: Record<string, unknown>
}

/** Every change of the wallet, newest first, with the balance after it. */
function transactionLog(venue: BybitVenue, { account, params }: Call): unknown {
  const { from, to } = weekWindow(params, venue.api.now())
  const currency = params.text('currency')
  const category = params.text('category')
  const type = params.text('type')
  const entries = [...tradeEntries(venue, account), ...otherEntries(venue, account)]
  const balances = new Map<string, Big>()
  const newestFirst = entries.sort((a, b) => b.time - a.time || (a.key < b.key ? 1 : -1))
  const rows = newestFirst.map((entry) => {
    const after = balances.get(entry.currency) ?? account.wallet.total(entry.currency)
    balances.set(entry.currency, after.minus(entry.change))
    const row: Record<string, unknown> = { ...entry.row, change: entry.change.toFixed(), cashBalance: after.toFixed() }
    return { ...entry, row }
  })
  const picked = rows.filter(
    ({ time, row }) =>
      time >= from &&
      time <= to &&
      (currency === undefined || row.currency === currency) &&
      (category === undefined || row.category === category) &&
      (type === undefined || row.type === type),
  )
  const { page, cursor } = pageOf(picked, params, params.limit(20, 50))
  return { list: page.map(({ row }) => row), nextPageCursor: cursor }
}

function* tradeEntries(venue: BybitVenue, account: Account): Generator<Entry> {
  for (const fill of account.allFills()) {
    const market = venue.engine.markets.get(fill.symbol)
    if (!market) continue
    const { instrument } = market
    const tradeId = venue.ids.execution(fill)
    const common = {
      symbol: instrument.name,
      category: instrument.kind,
      side: sideWord(fill.side),
      transactionTime: String(fill.time),
      type: 'TRADE',
      transSubType: '',
      tradePrice: fill.price,
      funding: '',
      feeRate: (fill.maker ? instrument.makerRate : instrument.takerRate).toFixed(),
      bonusChange: '',
      tradeId,
      orderId: venue.ids.order(fill.symbol, fill.orderId),
      orderLinkId: fill.clientId,
      extraFees: '',
    }
    const make = (asset: string, change: Big, fee: string, qty: string, cashFlow: string): Entry => ({
      time: fill.time,
      key: `${tradeId}-${asset}`,
      currency: asset,
      change,
      row: { id: `${account.uid}_${asset}_${tradeId}`, ...common, currency: asset, qty, size: fill.qty, fee, cashFlow },
    })
    const feeOf = (asset: string) => (asset === fill.feeAsset ? fill.fee : '0')
    if (instrument.kind !== 'spot') {
      const asset = settleAsset(instrument)
      const change = venue.decimal(fill.realized).minus(fill.fee)
      yield make(asset, change, fill.fee, fill.qty, fill.realized)
      continue
    }
    const buy = fill.side === 'BUY'
    const base = buy ? venue.decimal(fill.qty) : ZERO.minus(fill.qty)
    const quote = buy ? ZERO.minus(fill.quote) : venue.decimal(fill.quote)
    for (const [asset, flow] of [
      [instrument.base, base],
      [instrument.quote, quote],
    ] as const) {
      const fee = feeOf(asset)
      yield make(asset, flow.minus(fee), fee, fill.qty, flow.toFixed())
    }
  }
}

function* otherEntries(venue: BybitVenue, account: Account): Generator<Entry> {
  for (const income of account.income) {
    const change = venue.decimal(income.amount)
    const market = venue.engine.markets.get(income.symbol)
    const funding = income.type === 'FUNDING'
    const key = `${income.id}-${income.asset}`
    yield {
      time: income.time,
      key,
      currency: income.asset,
      change,
      row: {
        id: `${account.uid}_${key}`,
        symbol: market?.instrument.name ?? '',
        category: market?.instrument.kind ?? '',
        side: income.details?.side ?? 'None',
        transactionTime: String(income.time),
        type: funding ? 'SETTLEMENT' : change.gte(ZERO) ? 'TRANSFER_IN' : 'TRANSFER_OUT',
        transSubType: '',
        qty: income.details?.qty ?? change.abs().toFixed(),
        size: income.details?.qty ?? '0',
        currency: income.asset,
        tradePrice: income.details?.price ?? '0',
        funding: funding ? change.toFixed() : '',
        fee: '0',
        cashFlow: funding ? '0' : change.toFixed(),
        feeRate: income.details?.rate ?? '0',
        bonusChange: '',
        tradeId: '',
        orderId: '',
        orderLinkId: '',
        extraFees: '',
      },
    }
  }
}

/** Keys, money and the settings of the whole account. */
export function accountEndpoints(venue: BybitVenue): Endpoint[] {
  const read = { security: 'READ' } as const
  const fifty = () => 50
  return [
    { ...read, rest: 'GET /v5/user/query-api', perSecond: () => 10, run: ({ account }) => keyInfo(venue, account) },
    { ...read, rest: 'GET /v5/account/info', perSecond: fifty, run: ({ account }) => accountInfo(account) },
    { ...read, rest: 'GET /v5/account/wallet-balance', perSecond: fifty, run: (call) => walletBalance(venue, call) },
    { ...read, rest: 'GET /v5/account/fee-rate', perSecond: () => 10, run: (call) => feeRate(venue, call) },
    {
      ...read,
      rest: 'GET /v5/account/transaction-log',
      perSecond: () => 25,
      run: (call) => transactionLog(venue, call),
    },
    {
      security: 'TRADE',
      rest: 'POST /v5/account/set-margin-mode',
      perSecond: () => 10,
      run: (call) => setMarginMode(venue, call),
    },
    {
      ...read,
      rest: 'GET /v5/asset/transfer/query-account-coins-balance',
      perSecond: () => 10,
      // Nobody keeps money in the funding wallet here.
      run: ({ account, params }) => ({
        memberId: String(account.uid),
        accountType: params.need('accountType'),
        balance: [],
      }),
    },
  ]
}
