import type { OrderReport, OrderType, TradingMode } from '@tradercoin/protocol'
import { amountOrNull, id, list, object, textOrNull, time, timeOrNull } from '../fields.ts'
import { algoOrderId } from './algo-id.ts'
import { type FindInstrument, inCoins, subject } from './parse-order.ts'
import type { RawAlgo } from './wire.ts'
import { algoStatus, positionSide, side } from './words.ts'

/*
 * A conditional order lives in its own id space and makes an ordinary order when it is triggered. It is shown as an order of its own,
 * `algo:<id>`; the order it made names it as its parent. Fills belong to that order alone: the parent's executed quantity stays "0"
 * whatever the venue repeats there, so that nothing is counted twice.
 */

/** A row read, the orders it has made, and whether its state is one we know. */
export interface ParsedAlgo {
  order: OrderReport
  children: string[]
  is_known_state: boolean
}

/**
 * One row of the orders-algo or algo-advance channel, or of the lists of algo orders. Throws ShapeError.
 * `{"instType":"SWAP","instId":"BTC-USDT-SWAP","algoId":"1700…","ordType":"conditional","state":"live","slTriggerPx":"58000","slOrdPx":"-1",…}`
 * https://www.okx.com/docs-v5/en/#order-book-trading-algo-trading-ws-algo-orders-channel
 */
export function parseAlgo(row: unknown, find: FindInstrument): ParsedAlgo {
  const o: RawAlgo = object(row, 'algo order')
  const { trading_mode, symbol, unit, instrument } = subject(o, find)
  const { quantity, venue } = inCoins(isSizedInQuote(o, trading_mode) ? null : amountOrNull(o.sz), unit)
  const status = algoStatus(o.state)
  const { type, price, stop_price } = condition(o)
  const failure = textOrNull(o.failCode)
  const order: OrderReport = {
    trading_mode,
    symbol,
    order_id: algoOrderId(id(o.algoId, 'algoId')),
    client_order_id: textOrNull(o.algoClOrdId),
    side: side(o.side),
    position_side: positionSide(o.posSide, trading_mode),
    type,
    venue_type: textOrNull(o.ordType),
    time_in_force: null,
    post_only: false,
    reduce_only: o.reduceOnly === 'true' || o.reduceOnly === true,
    status: status ?? 'UNTRIGGERED',
    reason:
      status === 'REJECTED' && failure !== null && failure !== '0' ? `OKX refused its order with ${failure}` : null,
    price,
    stop_price,
    quantity,
    quantity_unit: instrument?.instrument.quantity_unit ?? 'BASE',
    venue_quantity: venue,
    executed_qty: '0',
    venue_average_price: null,
    parent_order_id: null,
    create_time: timeOrNull(o.cTime),
    update_time: timeOrNull(o.uTime) ?? timeOrNull(o.triggerTime) ?? time(o.cTime, 'uTime'),
  }
  const children = list(o.ordIdList, 'ordIdList').flatMap((child) => textOrNull(child) ?? [])
  return { order, children, is_known_state: status !== null }
}

/** A market buy on spot is sized in quote coin unless told otherwise. */
function isSizedInQuote(o: RawAlgo, mode: TradingMode): boolean {
  const isMarket = o.slOrdPx === '-1' || o.tpOrdPx === '-1' || o.ordPx === '-1'
  if (!isMarket || mode !== 'spot') return false
  return o.tgtCcy === 'quote_ccy' || (o.tgtCcy !== 'base_ccy' && o.side === 'buy')
}

/** What waits for which price. Order price -1 stands for "at market". */
function condition(o: RawAlgo): Pick<OrderReport, 'type' | 'price' | 'stop_price'> {
  const limit = (value: unknown) => (value === '-1' ? null : amountOrNull(value))
  const told = (market: OrderType, limited: OrderType, trigger: unknown, price: unknown) => ({
    type: limit(price) === null ? market : limited,
    price: limit(price),
    stop_price: amountOrNull(trigger),
  })
  switch (o.ordType) {
    case 'conditional':
      // With both given, the venue keeps only the stop loss.
      return amountOrNull(o.slTriggerPx) !== null
        ? told('STOP_MARKET', 'STOP_LIMIT', o.slTriggerPx, o.slOrdPx)
        : told('TAKE_PROFIT_MARKET', 'TAKE_PROFIT_LIMIT', o.tpTriggerPx, o.tpOrdPx)
    case 'trigger':
      return told('STOP_MARKET', 'STOP_LIMIT', o.triggerPx, o.ordPx)
    case 'move_order_stop':
      return { type: 'TRAILING_STOP', price: null, stop_price: amountOrNull(o.activePx) }
    case 'oco':
      return { type: 'OTHER', price: limit(o.tpOrdPx), stop_price: amountOrNull(o.slTriggerPx) }
    default:
      return { type: 'OTHER', price: null, stop_price: null }
  }
}
