import type { AccountEvent, BalanceReport, ExecutionReport, OrderReport, VenueStatus } from '@tradercoin/protocol'
import { divideDecimal, isZeroDecimal, subtractDecimal } from '@tradercoin/protocol'
import type { Instrument } from '../../exchange.ts'
import { decimal, decimalOrNull, id, list, object, ShapeError, text, textOrNull, time } from '../../fields.ts'
import { problemOf, rawEvent, readRows } from '../../raw-event.ts'

/* Sample's rows in our records. Nothing here throws to its caller: what cannot be read is kept as it came. */

type Row = Record<string, unknown>

const statuses = new Map<unknown, VenueStatus>([
  ['open', 'NEW'],
  ['part', 'PARTIALLY_FILLED'],
  ['done', 'FILLED'],
  ['canceled', 'CANCELED'],
  ['refused', 'REJECTED'],
  ['lapsed', 'EXPIRED'],
])

function sideOf(word: unknown): 'BUY' | 'SELL' {
  if (word === 'buy') return 'BUY'
  if (word === 'sell') return 'SELL'
  throw new ShapeError('unknown side')
}

function parseOrder(row: unknown): OrderReport {
  const o = object(row, 'the order') as Row
  const status = statuses.get(o.state)
  if (status === undefined) throw new ShapeError('unknown state')
  const executed = decimal(o.filled, 'filled')
  const spent = decimalOrNull(o.spent)
  return {
    trading_mode: 'spot',
    symbol: text(o.symbol, 'symbol'),
    order_id: id(o.id, 'id'),
    client_order_id: textOrNull(o.name),
    side: sideOf(o.side),
    position_side: null,
    type: o.type === 'limit' ? 'LIMIT' : o.type === 'market' ? 'MARKET' : 'OTHER',
    venue_type: textOrNull(o.type),
    time_in_force: o.lifetime === 'now' ? 'IOC' : o.lifetime === 'rest' ? 'GTC' : null,
    post_only: o.maker_only === true,
    reduce_only: false,
    status,
    price: decimalOrNull(o.price),
    stop_price: null,
    quantity: decimal(o.quantity, 'quantity'),
    quantity_unit: 'BASE',
    executed_qty: executed,
    venue_average_price: isZeroDecimal(executed) || spent === null ? null : divideDecimal(spent, executed),
    reason: textOrNull(o.why),
    parent_order_id: null,
    create_time: time(o.created, 'created'),
    update_time: time(o.changed, 'changed'),
  }
}

function parseFill(row: unknown): ExecutionReport {
  const f = object(row, 'the fill') as Row
  return {
    trading_mode: 'spot',
    symbol: text(f.symbol, 'symbol'),
    order_id: id(f.order, 'order'),
    client_order_id: textOrNull(f.name),
    trade_id: id(f.trade, 'trade'),
    side: sideOf(f.side),
    position_side: null,
    price: decimal(f.price, 'price'),
    quantity: decimal(f.quantity, 'quantity'),
    quote_qty: null,
    fee: decimalOrNull(f.fee),
    fee_asset: textOrNull(f.fee_coin),
    realized_pnl: null,
    is_maker: typeof f.maker === 'boolean' ? f.maker : null,
    kind: 'TRADE',
    time: time(f.at, 'at'),
  }
}

function parseCoin(row: unknown, at: number): BalanceReport {
  const c = object(row, 'the coin') as Row
  const [total, locked] = [decimal(c.total, 'total'), decimal(c.held, 'held')]
  const available = subtractDecimal(total, locked)
  return { trading_mode: 'spot', asset: text(c.coin, 'coin'), total, available, locked, update_time: at }
}

export const parseOrders = (rows: readonly unknown[]): AccountEvent[] =>
  readRows('order', rows, (row) => [{ kind: 'order', order: parseOrder(row), execution: null }])

export const parseFills = (rows: readonly unknown[]): AccountEvent[] =>
  readRows('fill', rows, (row) => [{ kind: 'execution', execution: parseFill(row) }])

export const parseCoins = (rows: readonly unknown[], at: number): AccountEvent[] =>
  readRows('coin', rows, (row) => [{ kind: 'balance', balance: parseCoin(row, at) }])

/** One frame of the private stream. */
export function parseFrame(frame: unknown, payload: string): AccountEvent[] {
  let kind = 'unknown'
  try {
    const f = object(frame, 'the frame') as Row
    kind = text(f.kind, 'kind').slice(0, 64)
    if (kind === 'coins') return parseCoins(list(f.coins, 'coins'), time(f.at, 'at'))
    if (kind !== 'order') return [rawEvent(kind, payload, 'the kind is not known')]
    return [{ kind: 'order', order: parseOrder(f.order), execution: f.fill == null ? null : parseFill(f.fill) }]
  } catch (error) {
    return [rawEvent(kind, payload, problemOf(error))]
  }
}

export function parseInstrument(row: unknown): Instrument {
  const i = object(row, 'the instrument') as Row
  const quote = text(i.quote, 'quote')
  const none = { min_price: null, max_price: null, max_quantity: null, max_notional: null, contract_value: null }
  const market = { market_step_size: null, market_min_quantity: null, market_max_quantity: null }
  return {
    ...none,
    ...market,
    trading_mode: 'spot',
    symbol: text(i.symbol, 'symbol'),
    base_asset: text(i.base, 'base'),
    quote_asset: quote,
    settle_asset: quote,
    quantity_unit: 'BASE',
    tick_size: decimal(i.tick, 'tick'),
    step_size: decimal(i.step, 'step'),
    min_quantity: decimal(i.least, 'least'),
    min_notional: decimal(i.least_value, 'least_value'),
    min_quote_quantity: null,
    quote_step_size: null,
    is_trading: true,
  }
}
