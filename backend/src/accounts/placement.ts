import { type Clock, ExchangeError, type Instrument, type PlaceRequest } from '@tradercoin/exchanges'
import type { Order, OrderTerms, PlaceOrderBody, TradingMode } from '@tradercoin/protocol'
import type { PlaceOutcome } from '../ledger/place-order.ts'
import { positionsOf } from '../store/positions.ts'
import type { Account } from './account.ts'
import { closingOrder } from './close-position.ts'
import { credentialsOf } from './credentials.ts'
import { findInstrument, refuseInvalidOrder } from './order-check.ts'

/** After this long without a word of the stream, the venue is asked how a request ended. */
export const askAfterMs = 3_500

/**
 * Places an order: held against the rules of its instrument, stored as PENDING_NEW, then sent, then settled by the answer. Resolves
 * with the order as it then is; a refusal is its status REJECTED with a reason, a lost answer UNKNOWN until a query settles it.
 * @throws InvalidOrder, or JobError `not_found`, `client_order_id_used`, `busy`, `storage` or one of closingOrder: nothing was sent
 */
export async function placeOrder(account: Account, body: PlaceOrderBody): Promise<Order> {
  const { key, parts } = account
  const asked = requestOf(body, key.trading_mode, body.client_order_id ?? newClientOrderId(parts.clock))
  const closes = asked.type === 'MARKET' && asked.close_position
  const request = closes ? closingOrder(asked, positionsOf(parts.db, key.id, asked)) : asked
  const instrument = await findInstrument(account, request.symbol, request.trading_mode)
  if (instrument) await refuseInvalidOrder(account, request, instrument)
  const { user_id, id: exchange_key_id, exchange } = key
  const terms = termsOf(request, instrument)
  const { id } = await parts.writer.run('createPendingOrder', { user_id, exchange_key_id, exchange, terms })
  account.lookUps.expectOutcome(askAfterMs)
  const outcome = await sendOrder(account, request)
  return parts.writer.run('settlePlace', { user_id, id, outcome })
}

async function sendOrder({ key, parts, exchange }: Account, request: PlaceRequest): Promise<PlaceOutcome> {
  try {
    const { order_id } = await exchange.placeOrder(credentialsOf(parts, key), request)
    return { kind: 'accepted', order_id }
  } catch (error) {
    return isRefusal(error) ? { kind: 'refused', reason: reasonOf(error) } : { kind: 'unknown' }
  }
}

export interface CancelAnswer {
  order: Order
  /** Why the cancel was refused, as a sentence; null when it was sent, or was on its way already. */
  problem: string | null
  /** When it may be tried again (ms), where only the venue's limit of requests was in its way. */
  retry_at: number | null
}

/**
 * Cancels an order: PENDING_CANCEL is stored first, then the cancel is sent; only the venue's own word makes it CANCELED.
 * @throws JobError `not_found`, `order_closed`, `busy`, `storage`: nothing was sent
 */
export async function cancelOrder(account: Account, id: number): Promise<CancelAnswer> {
  const { key, parts, exchange } = account
  const { user_id } = key
  const { order, isNew } = await parts.writer.run('requestCancel', { user_id, id })
  if (!isNew) return { order, problem: null, retry_at: null }
  account.lookUps.expectOutcome(askAfterMs)
  const { trading_mode, symbol, order_id, client_order_id } = order
  try {
    await exchange.cancelOrder(credentialsOf(parts, key), { trading_mode, symbol, order_id, client_order_id })
    return { order, problem: null, retry_at: null }
  } catch (error) {
    // "Not found" most often means that it has just been filled or canceled: the look-up tells.
    if (error instanceof ExchangeError && error.kind === 'not_found') return { order, problem: null, retry_at: null }
    const outcome = isRefusal(error) ? 'refused' : 'unknown'
    const settled = await parts.writer.run('settleCancel', { user_id, id, outcome })
    if (!isRefusal(error)) return { order: settled, problem: null, retry_at: null }
    const retry_at = error.kind === 'rate_limit' ? (error.retry_at ?? parts.clock.now() + 1_000) : null
    return { order: settled, problem: reasonOf(error), retry_at }
  }
}

/** Whether it is certain that the venue did not act. */
export function isRefusal(error: unknown): error is ExchangeError {
  return error instanceof ExchangeError && error.kind !== 'unknown_outcome' && error.kind !== 'unavailable'
}

export const reasonOf = ({ venue_message, message }: ExchangeError) => venue_message ?? message

const clientIdLength = 24
const letters = 'abcdefghijklmnopqrstuvwxyz0123456789'

/** Letters and digits, which every venue takes; about 124 bits of chance. */
function newClientOrderId(clock: Clock): string {
  const pick = () => letters[Math.floor(clock.random() * letters.length)]
  return `tc${Array.from({ length: clientIdLength }, pick).join('')}`
}

function termsOf(request: PlaceRequest, instrument: Instrument | null): OrderTerms & { client_order_id: string } {
  const { trading_mode, symbol, client_order_id, side, position_side, type, time_in_force } = request
  const { post_only, reduce_only, price, stop_price, quantity } = request
  return {
    trading_mode,
    symbol,
    client_order_id,
    side,
    position_side,
    type,
    time_in_force,
    post_only,
    reduce_only,
    price,
    stop_price,
    quantity,
    quantity_unit: instrument?.quantity_unit ?? 'BASE',
  }
}

function requestOf(body: PlaceOrderBody, tradingMode: TradingMode, clientOrderId: string): PlaceRequest {
  return {
    trading_mode: body.trading_mode ?? tradingMode,
    symbol: body.symbol,
    side: body.side,
    type: body.type,
    client_order_id: clientOrderId,
    quantity: body.quantity ?? null,
    quote_quantity: body.quote_quantity ?? null,
    price: body.price ?? null,
    stop_price: body.stop_price ?? null,
    time_in_force: body.time_in_force ?? null,
    post_only: body.post_only ?? false,
    reduce_only: body.reduce_only ?? false,
    position_side: body.position_side ?? null,
    margin_mode: body.margin_mode ?? null,
    trigger_by: body.trigger_by ?? null,
    callback_rate: body.callback_rate ?? null,
    close_position: body.close_position ?? false,
  }
}
