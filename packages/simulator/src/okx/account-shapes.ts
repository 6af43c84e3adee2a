import type { Account, Position } from '../engine/account.ts'
import { type Big, dec, max, ZERO } from '../engine/decimal.ts'
import { money, settleAsset } from '../engine/instrument.ts'
import type { Market } from '../engine/market.ts'
import { closable } from './checks.ts'
import { instTypeOf } from './instruments.ts'
import { posSideOf } from './order-shapes.ts'
import type { OkxVenue } from './venue.ts'

/** How OKX writes balances and positions (fact sheet: okx.md sections 2.8 and 2.9). */

const FIRST_POSITION = 2_600_000_000_000_000_000n
const DOLLARS = new Set(['USDT', 'USDC', 'USD'])
const text = (value: Big) => value.round(10, 0).toFixed()

export function usdPrice(venue: OkxVenue, ccy: string): Big {
  if (DOLLARS.has(ccy)) return dec(1)
  return venue.engine.markets.get(`${ccy}-USDT`)?.last ?? ZERO
}

/** Assets the account holds something of. */
export function heldAssets(account: Account): string[] {
  return [...account.wallet.holdings.keys()].filter((asset) => !account.wallet.total(asset).eq(ZERO))
}

function detail(venue: OkxVenue, account: Account, ccy: string): Record<string, unknown> {
  const totals = venue.clearing.futures.totals(account, ccy)
  const { wallet, unrealized, positionMargin, isolatedMargin, orderMargin, maintenance, available } = totals
  const locked = account.wallet.of(ccy).locked
  const isolated = openPositions(account).filter((position) => position.isolated && settleOf(venue, position) === ccy)
  let isolatedUpl = ZERO
  for (const position of isolated) isolatedUpl = isolatedUpl.plus(venue.clearing.futures.unrealized(position))
  const eq = wallet.plus(unrealized).plus(isolatedUpl)
  const price = usdPrice(venue, ccy)
  return {
    accAvgPx: '',
    availBal: text(venue.clearing.spendable(account, ccy)),
    availEq: text(available),
    borrowFroz: '',
    cashBal: text(wallet),
    ccy,
    clSpotInUseAmt: '',
    coinUsdPrice: price.toFixed(),
    colBorrAutoConversion: '0',
    collateralEnabled: false,
    collateralRestrict: false,
    crossLiab: '',
    disEq: text(eq.times(price)),
    eq: text(eq),
    eqUsd: text(eq.times(price)),
    fixedBal: '0',
    frozenBal: text(locked.plus(positionMargin).plus(isolatedMargin).plus(orderMargin)),
    imr: text(positionMargin.plus(orderMargin)),
    interest: '',
    isoEq: text(isolatedMargin.plus(isolatedUpl)),
    isoLiab: '',
    isoUpl: text(isolatedUpl),
    liab: '',
    maxLoan: '',
    mgnRatio: maintenance.eq(ZERO) ? '' : text(eq.div(maintenance)),
    mmr: text(maintenance),
    notionalLever: '0',
    openAvgPx: '',
    ordFrozen: text(locked.plus(orderMargin)),
    rewardBal: '0',
    smtSyncEq: '0',
    spotBal: '',
    spotInUseAmt: '',
    spotIsoBal: '0',
    spotUpl: '',
    spotUplRatio: '',
    stgyEq: '0',
    totalPnl: '',
    totalPnlRatio: '',
    twap: '0',
    uTime: String(account.wallet.updatedAt),
    upl: text(unrealized.plus(isolatedUpl)),
    uplLiab: '',
  }
}

/** The account as REST and the account channel tell it, with details of these assets. */
export function balanceRow(venue: OkxVenue, account: Account, assets: string[]): Record<string, unknown> {
  let total = ZERO
  let isolated = ZERO
  for (const asset of heldAssets(account)) {
    const price = usdPrice(venue, asset)
    const { wallet, unrealized, isolatedMargin } = venue.clearing.futures.totals(account, asset)
    total = total.plus(wallet.plus(unrealized).times(price))
    isolated = isolated.plus(isolatedMargin.times(price))
  }
  return {
    adjEq: '',
    availEq: '',
    borrowFroz: '',
    delta: '',
    deltaLever: '',
    deltaNeutralStatus: '',
    details: assets.map((asset) => detail(venue, account, asset)),
    imr: '',
    isoEq: text(isolated),
    mgnRatio: '',
    mmr: '',
    notionalUsd: '',
    notionalUsdForBorrow: '',
    notionalUsdForFutures: '',
    notionalUsdForOption: '',
    notionalUsdForSwap: '',
    ordFroz: '',
    totalEq: text(total),
    uTime: String(venue.api.now()),
    upl: '',
  }
}

export function openPositions(account: Account): Position[] {
  return [...account.positions.values()].filter((position) => !position.amount.eq(ZERO))
}

function settleOf(venue: OkxVenue, position: Position): string {
  return settleAsset((venue.engine.markets.get(position.symbol) as Market).instrument)
}

/** The same for as long as the account exists: an account has one position of each kind. */
export function posIdOf(venue: OkxVenue, account: Account, position: Position): string {
  const index = [...venue.engine.markets.keys()].indexOf(position.symbol)
  const side = ['BOTH', 'LONG', 'SHORT'].indexOf(position.side) * 2 + (position.isolated ? 1 : 0)
  return (FIRST_POSITION + BigInt(account.uid) * 1000n + BigInt(index * 6 + side)).toString()
}

function mgnModeOf(position: Position): string {
  return position.isolated ? 'isolated' : 'cross'
}

/** Contracts, as the venue counts them: positive on a side of its own, signed in net mode. */
function posOf(position: Position): string {
  return (position.side === 'SHORT' ? position.amount.abs() : position.amount).toFixed()
}

export function positionRow(venue: OkxVenue, account: Account, position: Position): Record<string, unknown> {
  const { futures } = venue.clearing
  const market = venue.engine.markets.get(position.symbol) as Market
  const { instrument, mark, last } = market
  const open = !position.amount.eq(ZERO)
  const upl = futures.unrealized(position)
  const margin = futures.positionMargin(account, position)
  const maintenance = futures.maintenance(position)
  const liquidation = futures.liquidationPrice(account, position)
  const ccy = settleAsset(instrument)
  const equity = position.isolated ? margin.plus(upl) : futures.totals(account, ccy).wallet.plus(upl)
  const ifOpen = (value: string) => (open ? value : '')
  return {
    adl: ifOpen('1'),
    availPos: open ? closable(account, market, position.side, position.isolated, position.amount).toFixed() : '0',
    avgPx: ifOpen(position.entry.round(10, 1).toFixed()),
    bePx: ifOpen(position.breakEven.toFixed()),
    bizRefId: '',
    bizRefType: '',
    cTime: String(position.openedAt),
    ccy,
    closeOrderAlgo: [],
    deltaBS: '',
    deltaPA: '',
    fee: text(ZERO.minus(position.openFees)),
    fundingFee: text(position.openFunding),
    gammaBS: '',
    gammaPA: '',
    hedgedPos: '',
    idxPx: mark.toFixed(),
    imr: position.isolated ? '' : text(margin),
    instId: instrument.name,
    instType: instTypeOf(instrument),
    interest: '',
    last: last.toFixed(),
    lever: String(futures.leverage(account, position.symbol, position.isolated)),
    liab: '',
    liabCcy: '',
    liqPenalty: '0',
    liqPx: liquidation.eq(ZERO) ? '' : liquidation.toFixed(instrument.priceDecimals),
    margin: position.isolated ? text(margin) : '',
    markPx: mark.toFixed(),
    mgnMode: mgnModeOf(position),
    mgnRatio: maintenance.eq(ZERO) ? '' : text(equity.div(maintenance)),
    mmr: text(maintenance),
    nonSettleAvgPx: '',
    notionalUsd: text(money(instrument, mark, position.amount.abs())),
    optVal: '',
    pTime: String(venue.api.now()),
    pendingCloseOrdLiabVal: '',
    pnl: text(position.openRealized),
    pos: posOf(position),
    posCcy: '',
    posId: posIdOf(venue, account, position),
    posSide: posSideOf(position.side),
    realizedPnl: text(position.openRealized.minus(position.openFees).plus(position.openFunding)),
    settledPnl: '',
    spotInUseAmt: '',
    spotInUseCcy: '',
    thetaBS: '',
    thetaPA: '',
    tradeId: position.lastTradeId,
    uTime: String(position.updatedAt),
    upl: text(upl),
    uplLastPx: text(upl),
    uplRatio: margin.eq(ZERO) ? '' : text(upl.div(max(margin, dec('0.00000001')))),
    uplRatioLastPx: '',
    usdPx: usdPrice(venue, ccy).toFixed(),
    vegaBS: '',
    vegaPA: '',
  }
}

/** A row of balance_and_position: cash of these assets, and the positions under these keys. */
export function cashRow(
  venue: OkxVenue,
  account: Account,
  eventType: string,
  assets: string[],
  keys: string[],
  trades: unknown[],
): Record<string, unknown> {
  return {
    pTime: String(venue.api.now()),
    eventType,
    balData: assets.map((ccy) => ({
      ccy,
      cashBal: text(account.wallet.total(ccy)),
      uTime: String(account.wallet.updatedAt),
    })),
    posData: keys.flatMap((key) => {
      const position = account.positions.get(key)
      return position ? [briefPosition(venue, account, position)] : []
    }),
    trades,
  }
}

function briefPosition(venue: OkxVenue, account: Account, position: Position): Record<string, unknown> {
  const { instrument } = venue.engine.markets.get(position.symbol) as Market
  return {
    posId: posIdOf(venue, account, position),
    tradeId: position.lastTradeId,
    instId: instrument.name,
    instType: instTypeOf(instrument),
    mgnMode: mgnModeOf(position),
    posSide: posSideOf(position.side),
    pos: posOf(position),
    ccy: settleAsset(instrument),
    posCcy: '',
    avgPx: position.amount.eq(ZERO) ? '' : position.entry.round(10, 1).toFixed(),
    nonSettleAvgPx: '',
    settledPnl: '',
    uTime: String(position.updatedAt),
  }
}
