import { type Clock, ExchangeError, type PlaceRequest } from '@tradercoin/exchanges'
import type { Order, OrderTerms, PlaceOrderBody, TradingMode } from '@tradercoin/protocol'
import type { PlaceOutcome } from '../ledger/place-order.ts'
import type { Account } from './account.ts'
import { credentialsOf } from './credentials.ts'

/** After this long without a word of the stream, the venue is asked how a request ended. */
const askAfterMs = 3_500

/**
 * Places an order: stored as PENDING_NEW first, then sent, then settled by the answer. Resolves with the order as it then is; a
 * refusal is its status REJECTED with a reason, a lost answer UNKNOWN until a query settles it.
 * @throws JobError `not_found`, `client_order_id_used`, `busy`, `storage`: nothing was sent
 */
export async function placeOrder(account: Account, body: PlaceOrderBody): Promise<Order> {
  const { key, parts } = account
  const clientOrderId = body.client_order_id ?? newClientOrderId(parts.clock)
  const terms = termsOf(body, key.trading_mode, clientOrderId)
  const { user_id, id: exchange_key_id, exchange } = key
  const { id } = await parts.writer.run('createPendingOrder', { user_id, exchange_key_id, exchange, terms })
  account.expectOutcome(askAfterMs)
  const outcome = await sendOrder(account, requestOf(body, key.trading_mode, clientOrderId))
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

/** `problem`: why the cancel was refused, as a sentence; null when it was sent, or was on its way already. */
export interface CancelAnswer {
  order: Order
  problem: string | null
}

/**
 * Cancels an order: PENDING_CANCEL is stored first, then the cancel is sent; only the venue's own word makes it CANCELED.
 * @throws JobError `not_found`, `order_closed`, `busy`, `storage`: nothing was sent
 */
export async function cancelOrder(account: Account, id: number): Promise<CancelAnswer> {
  const { key, parts, exchange } = account
  const { user_id } = key
  const { order, isNew } = await parts.writer.run('requestCancel', { user_id, id })
  if (!isNew) return { order, problem: null }
  account.expectOutcome(askAfterMs)
  const { trading_mode, symbol, order_id, client_order_id } = order
  try {
    await exchange.cancelOrder(credentialsOf(parts, key), { trading_mode, symbol, order_id, client_order_id })
    return { order, problem: null }
  } catch (error) {
    // "Not found" most often means that it has just been filled or canceled: the look-up tells.
    if (error instanceof ExchangeError && error.kind === 'not_found') return { order, problem: null }
    const outcome = isRefusal(error) ? 'refused' : 'unknown'
    const settled = await parts.writer.run('settleCancel', { user_id, id, outcome })
    return { order: settled, problem: isRefusal(error) ? reasonOf(error) : null }
  }
}

/** Whether it is certain that the venue did not act. */
function isRefusal(error: unknown): error is ExchangeError {
  return error instanceof ExchangeError && error.kind !== 'unknown_outcome' && error.kind !== 'unavailable'
}

const reasonOf = ({ venue_message, message }: ExchangeError) => venue_message ?? message

const clientIdLength = 24
const letters = 'abcdefghijklmnopqrstuvwxyz0123456789'

/** Letters and digits, which every venue takes; about 124 bits of chance. */
function newClientOrderId(clock: Clock): string {
  const pick = () => letters[Math.floor(clock.random() * letters.length)]
  return `tc${Array.from({ length: clientIdLength }, pick).join('')}`
}

function termsOf(
  body: PlaceOrderBody,
  tradingMode: TradingMode,
  clientOrderId: string,
): OrderTerms & { client_order_id: string } {
  return {
    trading_mode: body.trading_mode ?? tradingMode,
    symbol: body.symbol,
    client_order_id: clientOrderId,
    side: body.side,
    position_side: body.position_side ?? null,
    type: body.type,
    time_in_force: body.time_in_force ?? null,
    post_only: body.post_only ?? false,
    reduce_only: body.reduce_only ?? false,
    price: body.price ?? null,
    stop_price: body.stop_price ?? null,
    quantity: body.quantity ?? null,
    quantity_unit: 'BASE',
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
