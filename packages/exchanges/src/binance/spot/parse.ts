import {
  type AccountEvent,
  addDecimal,
  type BalanceReport,
  type Decimal,
  decimalSchema,
  divideDecimal,
  type ExecutionReport,
  isZeroDecimal,
  type OrderReport,
} from '@tradercoin/protocol'
import {
  amountOrNull,
  decimal,
  decimalOrNull,
  id,
  idOrNull,
  list,
  object,
  ShapeError,
  text,
  textOrNull,
  time,
  timeOrNull,
} from '../../fields.ts'
import type {
  RawAccount,
  RawAccountPosition,
  RawExecutionReport,
  RawOrder,
  RawPositionBalance,
  RawTrade,
} from './wire.ts'
import { endReason, isPostOnly, orderStatus, orderType, side, timeInForce } from './words.ts'

/*
 * Binance Spot's messages in our records. Pure: nothing here throws to its caller or reads a clock.
 * https://developers.binance.com/docs/binance-spot-api-docs/user-data-stream
 */

/**
 * Known events that no record has room for, kept as they came: lists repeat what their legs' reports say; the two deltas come beside an
 * absolute outboundAccountPosition and must not be added to it; the last two steer the connection.
 */
const keptRaw: ReadonlySet<unknown> = new Set([
  'listStatus',
  'balanceUpdate',
  'externalLockUpdate',
  'eventStreamTerminated',
  'serverShutdown',
])

/** One event of the user data stream. `payload`: its text, for events that are kept raw. */
export function parseStreamEvent(event: unknown, payload: string): AccountEvent[] {
  let name = 'unknown'
  try {
    const { e } = object(event, 'the event') as { e?: unknown }
    name = text(e, 'e').slice(0, 64)
    if (e === 'executionReport') return [parseExecutionReport(event as RawExecutionReport)]
    if (e === 'outboundAccountPosition') return parseAccountPosition(event as RawAccountPosition)
    return [raw(name, payload, keptRaw.has(e) ? null : 'the event is not known')]
  } catch (error) {
    return [raw(name, payload, problemOf(error))]
  }
}

/**
 * `{"e":"executionReport","s":"ETHUSDT","c":"hub-a1b2c3","S":"BUY","o":"LIMIT","x":"TRADE","X":"PARTIALLY_FILLED","i":50111222,
 * "l":"0.60000000","L":"2400.00000000","n":"0.00108000","N":"BNB","z":"0.60000000","Z":"1440.00000000","t":7788991,"T":1795300160010,…}`
 */
function parseExecutionReport(e: RawExecutionReport): AccountEvent {
  const symbol = text(e.s, 's')
  const orderId = id(e.i, 'i')
  const original = e.x === 'CANCELED' ? textOrNull(e.C) : null
  const clientOrderId = original ?? textOrNull(e.c)
  const executed = decimal(e.z, 'z')
  const updateTime = time(e.T, 'T')
  const reason = endReason(e.X, e.r, e.eR)
  const orderSide = side(e.S)
  const order: OrderReport = {
    trading_mode: 'spot',
    symbol,
    order_id: orderId,
    client_order_id: clientOrderId,
    side: orderSide,
    position_side: null,
    type: orderType(e.o, idOrNull(e.d) !== null),
    venue_type: text(e.o, 'o'),
    time_in_force: timeInForce(e.f),
    post_only: isPostOnly(e.o),
    reduce_only: false,
    status: orderStatus(e.X, e.o, e.w === false, reason),
    price: amountOrNull(e.p),
    stop_price: amountOrNull(e.P),
    quantity: amountOrNull(e.q),
    quantity_unit: 'BASE',
    executed_qty: executed,
    venue_average_price: averagePrice(decimalOrNull(e.Z), executed),
    reason,
    parent_order_id: listOf(e.g),
    create_time: timeOrNull(e.O),
    update_time: updateTime,
  }
  const executionId = e.x === 'TRADE' ? tradeId(e.t, e.a) : null
  if (executionId === null) return { kind: 'order', order, execution: null }
  const execution: ExecutionReport = {
    trading_mode: 'spot',
    symbol,
    order_id: orderId,
    client_order_id: clientOrderId,
    trade_id: executionId,
    side: orderSide,
    position_side: null,
    price: decimal(e.L, 'L'),
    quantity: decimal(e.l, 'l'),
    quote_qty: decimalOrNull(e.Y),
    ...feeOf(e.n, e.N),
    realized_pnl: null,
    is_maker: typeof e.m === 'boolean' ? e.m : null,
    kind: 'TRADE',
    time: updateTime,
  }
  return { kind: 'order', order, execution }
}

/** `{"e":"outboundAccountPosition","u":1795300160010,"B":[{"a":"ETH","f":"3.10000000","l":"0.00000000"}]}`: absolute amounts. */
function parseAccountPosition(e: RawAccountPosition): AccountEvent[] {
  const updateTime = time(e.u, 'u')
  return list(e.B, 'B').map((entry) =>
    keeping('outboundAccountPosition', entry, () => {
      const { a, f, l } = object(entry, 'B') as RawPositionBalance
      return { kind: 'balance', balance: balance(text(a, 'a'), decimal(f, 'f'), decimal(l, 'l'), updateTime) }
    }),
  )
}

/**
 * Order object of a query. After a cancel the venue shows the cancel's client order id there, so a canceled order's is not taken
 * (`knownClientId` is, where the caller asked by it).
 */
export function parseOrder(row: unknown, knownClientId: string | null = null): AccountEvent {
  return keeping('order', row, () => {
    const o = object(row, 'the order') as RawOrder
    const executed = decimal(o.executedQty, 'executedQty')
    const reason = endReason(o.status, null, o.expiryReason)
    const working = o.workingTime === undefined ? o.isWorking !== false : o.workingTime !== -1
    return {
      kind: 'order',
      order: {
        trading_mode: 'spot',
        symbol: text(o.symbol, 'symbol'),
        order_id: id(o.orderId, 'orderId'),
        client_order_id: knownClientId ?? (o.status === 'CANCELED' ? null : textOrNull(o.clientOrderId)),
        side: side(o.side),
        position_side: null,
        type: orderType(o.type, idOrNull(o.trailingDelta) !== null),
        venue_type: text(o.type, 'type'),
        time_in_force: timeInForce(o.timeInForce),
        post_only: isPostOnly(o.type),
        reduce_only: false,
        status: orderStatus(o.status, o.type, !working, reason),
        price: amountOrNull(o.price),
        stop_price: amountOrNull(o.stopPrice),
        quantity: amountOrNull(o.origQty),
        quantity_unit: 'BASE',
        executed_qty: executed,
        venue_average_price: averagePrice(decimalOrNull(o.cummulativeQuoteQty), executed),
        reason,
        parent_order_id: listOf(o.orderListId),
        create_time: timeOrNull(o.time),
        update_time: time(o.updateTime, 'updateTime'),
      },
      execution: null,
    }
  })
}

/** Trade object of GET /myTrades, or allocation object of GET /myAllocations. */
export function parseTrade(row: unknown): AccountEvent {
  return keeping('trade', row, () => {
    const t = object(row, 'the trade') as RawTrade
    if (typeof t.isBuyer !== 'boolean') throw new ShapeError('isBuyer is not a flag')
    const executionId = tradeId(t.id ?? -1, t.allocationId)
    if (executionId === null) throw new ShapeError('id is not an id')
    return {
      kind: 'execution',
      execution: {
        trading_mode: 'spot',
        symbol: text(t.symbol, 'symbol'),
        order_id: id(t.orderId, 'orderId'),
        client_order_id: null,
        trade_id: executionId,
        side: t.isBuyer ? 'BUY' : 'SELL',
        position_side: null,
        price: decimal(t.price, 'price'),
        quantity: decimal(t.qty, 'qty'),
        quote_qty: decimalOrNull(t.quoteQty),
        ...feeOf(t.commission, t.commissionAsset),
        realized_pnl: null,
        is_maker: typeof t.isMaker === 'boolean' ? t.isMaker : null,
        kind: 'TRADE',
        time: time(t.time, 'time'),
      },
    }
  })
}

/** Balances of GET /account. */
export function parseBalances(account: RawAccount): AccountEvent[] {
  return account.balances.map((row) =>
    keeping('balance', row, () => ({
      kind: 'balance',
      balance: balance(
        text(row.asset, 'asset'),
        decimal(row.free, 'free'),
        decimal(row.locked, 'locked'),
        account.updateTime,
      ),
    })),
  )
}

function balance(asset: string, free: Decimal, locked: Decimal, updateTime: number): BalanceReport {
  const total = isZeroDecimal(locked) ? free : addDecimal(free, locked)
  return { trading_mode: 'spot', asset, total, available: free, locked, update_time: updateTime }
}

/** The venue's quote amount by quantity; null while nothing is executed or the amount is not known (old orders show a negative one). */
function averagePrice(quote: Decimal | null, quantity: Decimal): Decimal | null {
  if (quote === null || quote.startsWith('-') || isZeroDecimal(quote) || isZeroDecimal(quantity)) return null
  const average = divideDecimal(quote, quantity)
  // Of numbers that no market has, it may be longer than a record takes.
  return decimalSchema.safeParse(average).success ? average : null
}

/** A commission without an asset is no commission: the venue writes "0" and null on a free trade. */
function feeOf(amount: unknown, asset: unknown): { fee: Decimal | null; fee_asset: string | null } {
  const feeAsset = textOrNull(asset)
  return feeAsset === null
    ? { fee: null, fee_asset: null }
    : { fee: decimal(amount, 'commission'), fee_asset: feeAsset }
}

/** Orders of one list share this parent. */
function listOf(value: unknown): string | null {
  const listId = idOrNull(value)
  return listId === null ? null : `list:${listId}`
}

/**
 * Trade ids start at 0 on a new symbol: only -1 means that there is none. Smart order routing fills by allocations, which have an id
 * space of their own. Null: nothing was executed. Throws ShapeError.
 */
function tradeId(trade: unknown, allocation: unknown): string | null {
  if (trade !== -1 && trade !== undefined) return trade === 0 ? '0' : id(trade, 'trade id')
  if (allocation === undefined) return null
  return `allocation:${allocation === 0 ? '0' : id(allocation, 'allocation id')}`
}

function keeping(name: string, row: unknown, read: () => AccountEvent): AccountEvent {
  try {
    return read()
  } catch (error) {
    return raw(name, JSON.stringify(row) ?? 'undefined', problemOf(error))
  }
}

function raw(eventType: string, payload: string, problem: string | null): AccountEvent {
  return { kind: 'raw', event_type: eventType, payload, problem }
}

function problemOf(error: unknown): string {
  return error instanceof ShapeError ? error.message : 'the event could not be read'
}
