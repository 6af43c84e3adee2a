import type { ExecutionReport, OrderReport } from '@tradercoin/protocol'

/** The resting limit order of the fixtures, as it is told when it is new. */
export const limitBuy: OrderReport = {
  trading_mode: 'futures',
  symbol: 'BTCUSDT',
  order_id: '612345678901',
  client_order_id: 'hub-f-001',
  side: 'BUY',
  position_side: 'NET',
  type: 'LIMIT',
  venue_type: 'LIMIT',
  time_in_force: 'GTC',
  post_only: false,
  reduce_only: false,
  status: 'NEW',
  price: '94500',
  stop_price: null,
  quantity: '0.02',
  quantity_unit: 'BASE',
  executed_qty: '0',
  venue_average_price: null,
  reason: null,
  parent_order_id: null,
  create_time: null,
  update_time: 1795301000101,
}

/** Its first fill. */
export const partFill: ExecutionReport = {
  trading_mode: 'futures',
  symbol: 'BTCUSDT',
  order_id: '612345678901',
  client_order_id: 'hub-f-001',
  trade_id: '5566778899',
  side: 'BUY',
  position_side: 'NET',
  price: '94500',
  quantity: '0.008',
  quote_qty: '756',
  fee: '0.1512',
  fee_asset: 'USDT',
  realized_pnl: '0',
  is_maker: true,
  kind: 'TRADE',
  time: 1795301060041,
}
