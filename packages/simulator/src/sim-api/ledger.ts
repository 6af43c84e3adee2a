import type { Account } from '../engine/account.ts'
import { modeOf } from '../engine/instrument.ts'
import type { Market } from '../engine/market.ts'
import type { Venue } from '../venue.ts'

/** The truth about an account, ids and decimals as text, in the venue's words: what the hub is compared with. */
export function ledger(account: Account, { engine, words }: Venue): Record<string, unknown> {
  const named = (symbol: string) => {
    const { instrument } = engine.markets.get(symbol) as Market
    return { symbol: instrument.name, trading_mode: modeOf(instrument) }
  }
  const orders = account.allOrders().sort((a, b) => a.createdAt - b.createdAt || (a.id < b.id ? -1 : 1))
  const executions = account.allFills().sort((a, b) => a.time - b.time || (a.tradeId < b.tradeId ? -1 : 1))
  const balances: Record<string, string> = {}
  const locked: Record<string, string> = {}
  for (const [asset, holding] of account.wallet.holdings) {
    balances[asset] = holding.free.plus(holding.locked).toFixed()
    locked[asset] = holding.locked.toFixed()
  }
  return {
    account_id: account.id,
    orders: orders.map((order) => ({
      order_id: order.id.toString(),
      client_order_id: order.clientId,
      ...named(order.market.symbol),
      side: order.side,
      type: order.type,
      status: order.status,
      price: order.price.toFixed(),
      quantity: order.qty.toFixed(),
      executed_qty: order.filled.toFixed(),
      quote_qty: order.quote.toFixed(),
      position_side: order.positionSide,
      create_time: order.createdAt,
      update_time: order.updatedAt,
      ...words?.order(order),
    })),
    executions: executions.map((fill) => ({
      trade_id: fill.tradeId.toString(),
      order_id: fill.orderId.toString(),
      ...named(fill.symbol),
      side: fill.side,
      price: fill.price,
      quantity: fill.qty,
      quote_qty: fill.quote,
      fee: fill.fee,
      fee_asset: fill.feeAsset,
      realized_pnl: fill.realized,
      is_maker: fill.maker,
      time: fill.time,
      ...words?.fill(fill),
    })),
    balances,
    locked,
    positions: [...account.positions.values()].map((position) => ({
      ...named(position.symbol),
      position_side: position.side,
      margin_mode: position.isolated ? 'ISOLATED' : 'CROSS',
      quantity: position.amount.toFixed(),
      entry_price: position.entry.toFixed(),
      realized_pnl: position.realized.toFixed(),
    })),
  }
}
