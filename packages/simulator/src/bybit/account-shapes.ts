import type { Account, Position } from '../engine/account.ts'
import { type Big, ONE, ZERO } from '../engine/decimal.ts'
import type { FuturesClearing } from '../engine/futures-clearing.ts'
import { worth } from '../engine/instrument.ts'
import type { Market } from '../engine/market.ts'
import type { PositionSide } from '../engine/order.ts'
import { newPosition, positionKey } from '../engine/positions.ts'
import { RISK_LIMIT } from './instruments.ts'
import { tradeSequence } from './order-shapes.ts'
import { isIsolated, POSITION_INDEX } from './words.ts'

const short = (value: Big) => value.round(8, 0).toFixed()

/** What a coin is worth in US dollars here: stable coins one, others by their spot market. */
export function usdPrice(markets: ReadonlyMap<string, Market>, coin: string): Big {
  if (coin === 'USDT' || coin === 'USDC' || coin === 'USD') return ONE
  return markets.get(`spot.${coin}USDT`)?.last ?? ZERO
}

function coinRow(
  account: Account,
  coin: string,
  clearing: FuturesClearing,
  markets: ReadonlyMap<string, Market>,
): { row: Record<string, unknown>; usd: Record<'equity' | 'wallet' | 'available' | 'upl' | 'im' | 'mm', Big> } {
  const { locked } = account.wallet.of(coin)
  const totals = clearing.totals(account, coin)
  const positionIm = totals.positionMargin.plus(totals.isolatedMargin)
  const equity = totals.wallet.plus(totals.unrealized)
  const price = usdPrice(markets, coin)
  const realized = [...account.positions.values()].reduce((sum: Big, position) => {
    const instrument = markets.get(position.symbol)?.instrument
    const asset = instrument?.kind === 'inverse' ? instrument.base : instrument?.quote
    return asset === coin ? sum.plus(cumulated(position)) : sum
  }, ZERO)
  return {
    row: {
      coin,
      equity: equity.toFixed(),
      usdValue: short(equity.times(price)),
      walletBalance: totals.wallet.toFixed(),
      locked: locked.toFixed(),
      borrowAmount: '0',
      spotBorrow: '0',
      accruedInterest: '0',
      totalOrderIM: totals.orderMargin.toFixed(),
      totalPositionIM: positionIm.toFixed(),
      totalPositionMM: totals.maintenance.toFixed(),
      unrealisedPnl: totals.unrealized.toFixed(),
      cumRealisedPnl: realized.toFixed(),
      bonus: '0',
      collateralSwitch: true,
      marginCollateral: true,
      colRes: '0',
      spotHedgingQty: '0',
      free: '',
      availableToBorrow: '',
      availableToWithdraw: '',
    },
    usd: {
      equity: equity.times(price),
      wallet: totals.wallet.times(price),
      available: totals.available.times(price),
      upl: totals.unrealized.times(price),
      im: positionIm.plus(totals.orderMargin).times(price),
      mm: totals.maintenance.times(price),
    },
  }
}

/** The account's money: totals over all coins, and rows of those asked for (by default all that are not empty). */
export function walletRow(
  account: Account,
  clearing: FuturesClearing,
  markets: ReadonlyMap<string, Market>,
  coins?: readonly string[],
): Record<string, unknown> {
  const held = [...account.wallet.holdings.keys()].filter((coin) => !account.wallet.total(coin).eq(ZERO))
  const rows = new Map(held.map((coin) => [coin, coinRow(account, coin, clearing, markets)]))
  const sum = (field: 'equity' | 'wallet' | 'available' | 'upl' | 'im' | 'mm') =>
    [...rows.values()].reduce((total: Big, { usd }) => total.plus(usd[field]), ZERO)
  const equity = sum('equity')
  const rate = (part: Big) => (equity.gt(ZERO) ? part.div(equity).round(4, 0).toFixed() : '0')
  const isolated = isIsolated(account)
  const shared = (value: Big) => (isolated ? '' : short(value))
  const shown = coins ?? held
  return {
    accountType: 'UNIFIED',
    accountIMRate: isolated ? '' : rate(sum('im')),
    accountMMRate: isolated ? '' : rate(sum('mm')),
    accountIMRateByMp: isolated ? '' : rate(sum('im')),
    accountMMRateByMp: isolated ? '' : rate(sum('mm')),
    accountLTV: '',
    totalEquity: short(equity),
    totalWalletBalance: shared(sum('wallet')),
    totalMarginBalance: shared(equity),
    totalAvailableBalance: shared(sum('available')),
    totalPerpUPL: short(sum('upl')),
    totalInitialMargin: shared(sum('im')),
    totalMaintenanceMargin: shared(sum('mm')),
    coin: shown.map((coin) => (rows.get(coin) ?? coinRow(account, coin, clearing, markets)).row),
  }
}

/** Profit and funding since ever, less the fees of the running position. */
function cumulated(position: Position): Big {
  return position.realized.minus(position.openFees).plus(position.openFunding)
}

/** A position as position/list has it; the topic calls avgPrice entryPrice. */
export function positionRow(
  account: Account,
  position: Position,
  market: Market,
  clearing: FuturesClearing,
): Record<string, unknown> {
  const { instrument } = market
  const flat = position.amount.eq(ZERO)
  const size = position.amount.abs()
  const value = flat ? ZERO : worth(instrument, position.entry, size).round(8, 0)
  const margin = clearing.positionMargin(account, position)
  const maintenance = clearing.maintenance(position)
  const liquidation = clearing.liquidationPrice(account, position)
  const current = position.openRealized.minus(position.openFees).plus(position.openFunding)
  const seq = position.lastTradeId === '' ? 0 : tradeSequence(BigInt(position.lastTradeId))
  return {
    positionIdx: POSITION_INDEX[position.side],
    riskId: 1,
    riskLimitValue: RISK_LIMIT,
    symbol: instrument.name,
    side: flat ? '' : position.amount.gt(ZERO) ? 'Buy' : 'Sell',
    size: size.toFixed(),
    avgPrice: flat ? '0' : position.entry.round(8, 1).toFixed(),
    positionValue: flat ? '' : value.toFixed(),
    tradeMode: 0,
    autoAddMargin: 0,
    positionStatus: 'Normal',
    leverage: String(clearing.leverage(account, market.symbol, position.isolated)),
    markPrice: market.mark.toFixed(),
    liqPrice: liquidation.eq(ZERO) ? '' : liquidation.round(instrument.priceDecimals, 1).toFixed(),
    bustPrice: '',
    breakEvenPrice: flat ? '' : position.breakEven.toFixed(),
    positionIM: margin.toFixed(),
    positionMM: maintenance.toFixed(),
    positionIMByMp: margin.toFixed(),
    positionMMByMp: maintenance.toFixed(),
    positionBalance: margin.toFixed(),
    tpslMode: 'Full',
    takeProfit: '',
    stopLoss: '',
    trailingStop: '0',
    sessionAvgPrice: '',
    unrealisedPnl: clearing.unrealized(position).toFixed(),
    curRealisedPnl: current.toFixed(),
    cumRealisedPnl: cumulated(position).toFixed(),
    adlRankIndicator: flat ? 0 : 2,
    isReduceOnly: false,
    mmrSysUpdatedTime: '',
    leverageSysUpdatedTime: '',
    seq,
    openTime: flat ? 0 : position.openedAt,
    createdTime: String(position.openedAt === 0 ? account.createdAt : position.openedAt),
    updatedTime: String(position.updatedAt === 0 ? account.createdAt : position.updatedAt),
  }
}

/** The topic's form of a row of position/list. */
export function positionEvent(row: Record<string, unknown>, category: string): Record<string, unknown> {
  const { avgPrice, ...rest } = row
  return { category, ...rest, entryPrice: avgPrice }
}

/** The positions of a symbol that an account has or, flat, could have: one, or two in hedge mode. */
export function positionsOf(account: Account, market: Market): Position[] {
  const isolated = isIsolated(account)
  const sides: PositionSide[] = account.hedge ? ['LONG', 'SHORT'] : ['BOTH']
  const shown = sides.map((side) => {
    const key = positionKey(market.symbol, side, isolated)
    return account.positions.get(key) ?? newPosition(market.symbol, side, isolated)
  })
  const others = [...account.positions.values()].filter(
    (position) => position.symbol === market.symbol && !position.amount.eq(ZERO) && !shown.includes(position),
  )
  return [...shown, ...others]
}
