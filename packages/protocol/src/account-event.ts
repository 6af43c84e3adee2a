import type { Decimal } from './decimal.ts'
import type {
  Balance,
  Execution,
  MarginMode,
  OrderType,
  Position,
  PositionSide,
  QuantityUnit,
  Side,
  TimeInForce,
  TradingMode,
  VenueStatus,
} from './records.ts'

/**
 * What a venue told of one order at one moment, from the stream or from a query, in the final field names.
 * A field the venue did not tell in this message is null, and null never overwrites what is known.
 */
export interface OrderReport {
  trading_mode: TradingMode
  symbol: string
  /** The venue's id, as text. Algo (conditional) orders of a venue with a second id space carry a prefix, `algo:2148719`. */
  order_id: string
  client_order_id: string | null
  side: Side
  position_side: PositionSide | null
  type: OrderType
  venue_type: string | null
  time_in_force: TimeInForce | null
  post_only: boolean
  reduce_only: boolean
  status: VenueStatus
  price: Decimal | null
  stop_price: Decimal | null
  quantity: Decimal | null
  quantity_unit: QuantityUnit
  /** `quantity` in the venue's own figure, such as contracts; null or absent where that is `quantity` itself. */
  venue_quantity?: Decimal | null
  /** Cumulative. */
  executed_qty: Decimal
  /** The venue's own average price of `executed_qty`; null when it is not told. */
  venue_average_price: Decimal | null
  reason: string | null
  parent_order_id: string | null
  create_time: number | null
  /** The engine's time of this state: it orders reports of one order. */
  update_time: number
}

export type ExecutionReport = Pick<
  Execution,
  | 'trading_mode'
  | 'symbol'
  | 'order_id'
  | 'client_order_id'
  | 'trade_id'
  | 'side'
  | 'position_side'
  | 'price'
  | 'quantity'
  | 'quote_qty'
  | 'fee'
  | 'fee_asset'
  | 'realized_pnl'
  | 'is_maker'
  | 'kind'
  | 'time'
>

export type BalanceReport = Pick<Balance, 'trading_mode' | 'asset' | 'total' | 'available' | 'locked' | 'update_time'>

/**
 * A field that is null was not told by this message and leaves what is known; `margin_mode` likewise. A `liquidation_price` of "0" says
 * that there is none.
 */
export type PositionReport = Omit<Position, 'exchange_key_id' | 'exchange' | 'margin_mode'> & {
  margin_mode: MarginMode | null
}

/** A change of a resting order that the venue had taken and then did not make; the order stays as it was. */
export interface AmendRefusal {
  trading_mode: TradingMode
  symbol: string
  /** As in OrderReport. */
  order_id: string
  /** In the venue's words. */
  reason: string
  /** Of the venue (ms). */
  time: number
}

/** One thing a venue told of an account. A fill arrives as an order event that carries its execution. */
export type AccountEvent =
  | { kind: 'order'; order: OrderReport; execution: ExecutionReport | null }
  | { kind: 'execution'; execution: ExecutionReport }
  | { kind: 'balance'; balance: BalanceReport }
  | { kind: 'position'; position: PositionReport }
  | { kind: 'amend_refused'; refusal: AmendRefusal }
  /** A frame whose meaning we do not know, or that does not have the documented shape: kept as it came, counted, shown. */
  | { kind: 'raw'; event_type: string; payload: string; problem: string | null }
