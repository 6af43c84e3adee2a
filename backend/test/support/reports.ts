import type { AccountEvent, BalanceReport, ExecutionReport, OrderReport, PositionReport } from '@tradercoin/protocol'

/* Reports of a venue, as an adapter would hand them over. */

export function orderReport(changes: Partial<OrderReport> = {}): OrderReport {
  return {
    trading_mode: 'spot',
    symbol: 'BTCUSDT',
    order_id: '8389766145050669870',
    client_order_id: 'external1',
    side: 'BUY',
    position_side: null,
    type: 'LIMIT',
    venue_type: 'LIMIT',
    time_in_force: 'GTC',
    post_only: false,
    reduce_only: false,
    status: 'NEW',
    price: '64000.5',
    stop_price: null,
    quantity: '0.3',
    quantity_unit: 'BASE',
    executed_qty: '0',
    venue_average_price: null,
    reason: null,
    parent_order_id: null,
    create_time: 1_000,
    update_time: 1_000,
    ...changes,
  }
}

export function executionReport(changes: Partial<ExecutionReport> = {}): ExecutionReport {
  return {
    trading_mode: 'spot',
    symbol: 'BTCUSDT',
    order_id: '8389766145050669870',
    client_order_id: 'external1',
    trade_id: '1',
    side: 'BUY',
    position_side: null,
    price: '64000.5',
    quantity: '0.1',
    quote_qty: '6400.05',
    fee: '0.0001',
    fee_asset: 'BNB',
    realized_pnl: null,
    is_maker: true,
    kind: 'TRADE',
    time: 1_001,
    ...changes,
  }
}

export function orderEvent(
  order: Partial<OrderReport>,
  execution: Partial<ExecutionReport> | null = null,
): AccountEvent {
  return { kind: 'order', order: orderReport(order), execution: execution && executionReport(execution) }
}

export function balanceEvent(changes: Partial<BalanceReport>): AccountEvent {
  const balance = {
    trading_mode: 'spot',
    asset: 'USDT',
    total: '100',
    available: '90',
    locked: '10',
    update_time: 1_000,
  } as const
  return { kind: 'balance', balance: { ...balance, ...changes } }
}

export function positionEvent(changes: Partial<PositionReport>): AccountEvent {
  const position = {
    trading_mode: 'futures',
    symbol: 'BTCUSDT',
    position_side: 'NET',
    position_id: null,
    margin_mode: null,
    quantity: '0.1',
    entry_price: '64000',
    mark_price: null,
    unrealized_pnl: null,
    realized_pnl: null,
    leverage: null,
    liquidation_price: null,
    update_time: 1_000,
  } as const
  return { kind: 'position', position: { ...position, ...changes } }
}

/** An order's whole life: accepted, filled in `fills` parts of 0.1, each with its execution. */
export function filledOrder(id: string, fills: number, startAt = 1_000): AccountEvent[] {
  const quantity = (fills / 10).toString()
  const identity = { order_id: id, client_order_id: `c${id}`, create_time: startAt }
  const events: AccountEvent[] = [orderEvent({ ...identity, quantity, update_time: startAt })]
  for (let fill = 1; fill <= fills; fill++) {
    const time = startAt + fill
    events.push(
      orderEvent(
        {
          ...identity,
          quantity,
          status: fill === fills ? 'FILLED' : 'PARTIALLY_FILLED',
          executed_qty: (fill / 10).toString(),
          venue_average_price: '64000.5',
          update_time: time,
        },
        { order_id: id, client_order_id: `c${id}`, trade_id: `${id}${fill}`, time },
      ),
    )
  }
  return events
}
