import type { Call, Endpoint } from '../binance/api.ts'
import type { Account, Position } from '../engine/account.ts'
import { type Big, ZERO } from '../engine/decimal.ts'
import type { Market } from '../engine/market.ts'
import type { PositionSide } from '../engine/order.ts'
import { newPosition, positionKey } from '../engine/positions.ts'
import { marketOf } from './checks.ts'
import { MAX_NOTIONAL_VALUE } from './instruments.ts'
import { eight } from './shapes.ts'
import type { FuturesVenue } from './venue.ts'

function positionsOf(account: Account, market: Market): Position[] {
  const sides: PositionSide[] = account.hedge ? ['LONG', 'SHORT'] : ['BOTH']
  return sides.map(
    (side) => account.positions.get(positionKey(market.symbol, side)) ?? newPosition(market.symbol, side, false),
  )
}

function markets(venue: FuturesVenue, call: Call): Market[] {
  const symbol = call.params.text('symbol')
  return symbol === undefined ? [...venue.engine.markets.values()] : [marketOf(venue.engine.markets, symbol)]
}

function amount(market: Market, value: Big): string {
  return value.eq(ZERO) ? '0' : value.toFixed(market.instrument.qtyDecimals)
}

function plainOr(value: Big, zero: string): string {
  return value.eq(ZERO) ? zero : value.toFixed()
}

/** v3: only symbols with a position or open orders. */
function positionRiskV3(venue: FuturesVenue, call: Call): unknown[] {
  const { account } = call
  const { clearing } = venue
  const withOrders = new Set([...account.open].map((order) => order.market.symbol))
  return markets(venue, call).flatMap((market) =>
    positionsOf(account, market)
      .filter((position) => !position.amount.eq(ZERO) || withOrders.has(market.symbol))
      .map((position) => {
        const margin = clearing.positionMargin(account, position)
        const orderMargin = clearing.openOrderMargin(account, market)
        return {
          symbol: market.symbol,
          positionSide: position.side,
          positionAmt: amount(market, position.amount),
          entryPrice: plainOr(position.entry, '0.0'),
          breakEvenPrice: plainOr(position.breakEven, '0.0'),
          markPrice: eight(market.mark),
          unRealizedProfit: eight(clearing.unrealized(position)),
          liquidationPrice: plainOr(clearing.liquidationPrice(account, position), '0'),
          isolatedMargin: '0',
          notional: eight(clearing.notional(position)),
          marginAsset: market.instrument.quote,
          isolatedWallet: plainOr(position.isolatedWallet, '0'),
          initialMargin: eight(margin.plus(orderMargin)),
          maintMargin: eight(clearing.maintenance(position)),
          positionInitialMargin: eight(margin),
          openOrderInitialMargin: plainOr(orderMargin, '0'),
          adl: position.amount.eq(ZERO) ? 0 : 2,
          bidNotional: plainOr(clearing.openNotional(account, market.symbol, 'BUY', position.side), '0'),
          askNotional: plainOr(clearing.openNotional(account, market.symbol, 'SELL', position.side), '0'),
          updateTime: position.updatedAt,
        }
      }),
  )
}

/** v2: every symbol, zero rows included. */
function positionRiskV2(venue: FuturesVenue, call: Call): unknown[] {
  const { account } = call
  const { clearing } = venue
  return markets(venue, call).flatMap((market) =>
    positionsOf(account, market).map((position) => {
      const { leverage, isolated } = clearing.settings(account, market.symbol)
      return {
        entryPrice: plainOr(position.entry, '0.0'),
        breakEvenPrice: plainOr(position.breakEven, '0.0'),
        marginType: isolated ? 'isolated' : 'cross',
        isAutoAddMargin: 'false',
        isolatedMargin: '0.00000000',
        leverage: String(leverage),
        liquidationPrice: plainOr(clearing.liquidationPrice(account, position), '0'),
        markPrice: eight(market.mark),
        maxNotionalValue: MAX_NOTIONAL_VALUE,
        positionAmt: amount(market, position.amount),
        notional: plainOr(clearing.notional(position), '0'),
        isolatedWallet: plainOr(position.isolatedWallet, '0'),
        symbol: market.symbol,
        unRealizedProfit: eight(clearing.unrealized(position)),
        positionSide: position.side,
        updateTime: position.updatedAt,
      }
    }),
  )
}

interface AssetRow {
  asset: string
  walletBalance: Big
  unrealized: Big
  positionMargin: Big
  orderMargin: Big
  maintenance: Big
  available: Big
}

function assetRows(venue: FuturesVenue, account: Account): AssetRow[] {
  const assets = new Set(['USDT', ...account.wallet.holdings.keys()])
  const totals = venue.clearing.totals(account)
  return [...assets].map((asset) => {
    const own = asset === 'USDT'
    const walletBalance = account.wallet.total(asset)
    return {
      asset,
      walletBalance,
      unrealized: own ? totals.unrealized : ZERO,
      positionMargin: own ? totals.positionMargin : ZERO,
      orderMargin: own ? totals.orderMargin : ZERO,
      maintenance: own ? totals.maintenance : ZERO,
      available: own ? totals.available : walletBalance,
    }
  })
}

function assetShape(row: AssetRow, time: number): Record<string, unknown> {
  return {
    asset: row.asset,
    walletBalance: eight(row.walletBalance),
    unrealizedProfit: eight(row.unrealized),
    marginBalance: eight(row.walletBalance.plus(row.unrealized)),
    maintMargin: eight(row.maintenance),
    initialMargin: eight(row.positionMargin.plus(row.orderMargin)),
    positionInitialMargin: eight(row.positionMargin),
    openOrderInitialMargin: eight(row.orderMargin),
    crossWalletBalance: eight(row.walletBalance),
    crossUnPnl: eight(row.unrealized),
    availableBalance: eight(row.available),
    maxWithdrawAmount: eight(row.available),
    updateTime: time,
  }
}

function totalsShape(row: AssetRow): Record<string, unknown> {
  return {
    totalInitialMargin: eight(row.positionMargin.plus(row.orderMargin)),
    totalMaintMargin: eight(row.maintenance),
    totalWalletBalance: eight(row.walletBalance),
    totalUnrealizedProfit: eight(row.unrealized),
    totalMarginBalance: eight(row.walletBalance.plus(row.unrealized)),
    totalPositionInitialMargin: eight(row.positionMargin),
    totalOpenOrderInitialMargin: eight(row.orderMargin),
    totalCrossWalletBalance: eight(row.walletBalance),
    totalCrossUnPnl: eight(row.unrealized),
    availableBalance: eight(row.available),
    maxWithdrawAmount: eight(row.available),
  }
}

function accountV3(venue: FuturesVenue, { account }: Call): unknown {
  const { clearing } = venue
  const rows = assetRows(venue, account)
  const positions = [...account.positions.values()].filter((position) => !position.amount.eq(ZERO))
  return {
    ...totalsShape(rows[0] as AssetRow),
    assets: rows.map((row) => assetShape(row, account.wallet.updatedAt)),
    positions: positions.map((position) => ({
      symbol: position.symbol,
      positionSide: position.side,
      positionAmt: position.amount.toFixed(clearing.qtyDecimals(position.symbol)),
      unrealizedProfit: eight(clearing.unrealized(position)),
      isolatedMargin: '0',
      notional: eight(clearing.notional(position)),
      isolatedWallet: plainOr(position.isolatedWallet, '0'),
      initialMargin: eight(clearing.positionMargin(account, position)),
      maintMargin: eight(clearing.maintenance(position)),
      updateTime: position.updatedAt,
    })),
  }
}

function accountV2(venue: FuturesVenue, { account }: Call): unknown {
  const { clearing } = venue
  const rows = assetRows(venue, account)
  return {
    feeTier: 0,
    feeBurn: account.feeBurn,
    canTrade: true,
    canDeposit: true,
    canWithdraw: true,
    updateTime: 0,
    multiAssetsMargin: account.multiAssets,
    tradeGroupId: -1,
    ...totalsShape(rows[0] as AssetRow),
    assets: rows.map((row) => {
      const { updateTime, ...shape } = assetShape(row, account.wallet.updatedAt)
      return { ...shape, marginAvailable: true, updateTime }
    }),
    positions: [...venue.engine.markets.values()].flatMap((market) =>
      positionsOf(account, market).map((position) => {
        const margin = clearing.positionMargin(account, position)
        const orderMargin = clearing.openOrderMargin(account, market)
        const { leverage, isolated } = clearing.settings(account, market.symbol)
        return {
          symbol: market.symbol,
          initialMargin: plainOr(margin.plus(orderMargin), '0'),
          maintMargin: plainOr(clearing.maintenance(position), '0'),
          unrealizedProfit: eight(clearing.unrealized(position)),
          positionInitialMargin: plainOr(margin, '0'),
          openOrderInitialMargin: plainOr(orderMargin, '0'),
          leverage: String(leverage),
          isolated,
          entryPrice: plainOr(position.entry, '0.0'),
          maxNotional: MAX_NOTIONAL_VALUE,
          bidNotional: plainOr(clearing.openNotional(account, market.symbol, 'BUY', position.side), '0'),
          askNotional: plainOr(clearing.openNotional(account, market.symbol, 'SELL', position.side), '0'),
          positionSide: position.side,
          positionAmt: amount(market, position.amount),
          updateTime: position.updatedAt,
        }
      }),
    ),
  }
}

function balance(venue: FuturesVenue, { account }: Call): unknown[] {
  return assetRows(venue, account).map((row) => ({
    accountAlias: venue.aliasOf(account),
    asset: row.asset,
    balance: eight(row.walletBalance),
    crossWalletBalance: eight(row.walletBalance),
    crossUnPnl: eight(row.unrealized),
    availableBalance: eight(row.available),
    maxWithdrawAmount: eight(row.available),
    marginAvailable: true,
    updateTime: account.wallet.updatedAt,
  }))
}

/** Balances, positions and totals of USDⓈ-M futures. On the WebSocket API "v2/…" names the REST v3 shapes. */
export function accountEndpoints(venue: FuturesVenue): Endpoint[] {
  const read = { security: 'USER_DATA', weight: 5 } as const
  return [
    {
      ...read,
      rest: 'GET /fapi/v3/positionRisk',
      ws: 'v2/account.position',
      params: 'symbol',
      run: (call) => positionRiskV3(venue, call),
    },
    {
      ...read,
      rest: 'GET /fapi/v2/positionRisk',
      ws: 'account.position',
      params: 'symbol',
      run: (call) => positionRiskV2(venue, call),
    },
    {
      ...read,
      rest: 'GET /fapi/v3/account',
      ws: 'v2/account.status',
      params: '',
      run: (call) => accountV3(venue, call),
    },
    { ...read, rest: 'GET /fapi/v2/account', ws: 'account.status', params: '', run: (call) => accountV2(venue, call) },
    {
      ...read,
      rest: 'GET /fapi/v3/balance',
      ws: 'v2/account.balance',
      params: '',
      run: (call) => balance(venue, call),
    },
    { ...read, rest: 'GET /fapi/v2/balance', ws: 'account.balance', params: '', run: (call) => balance(venue, call) },
  ]
}
