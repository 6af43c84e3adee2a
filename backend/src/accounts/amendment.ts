import { type AmendRequest, ExchangeError, type VenueErrorCode } from '@tradercoin/exchanges'
import { type AmendOrderBody, isOpenOrder, type Order } from '@tradercoin/protocol'
import { readOrder } from '../store/order-list.ts'
import type { Account } from './account.ts'
import { credentialsOf } from './credentials.ts'
import { findInstrument, refuseInvalidAmendment } from './order-check.ts'
import { askAfterMs, isRefusal, reasonOf } from './placement.ts'

/** `refusal`: why the venue did not make the change; null when it was sent, or nothing had to be. */
export interface AmendAnswer {
  order: Order
  refusal: { code: VenueErrorCode; reason: string } | null
}

/**
 * Changes a resting order: the request is stored first, then sent; only the venue's own word changes price and quantity.
 * @throws InvalidOrder, or JobError of `requestAmend`, `busy`, `storage`: nothing was sent
 */
export async function amendOrder(account: Account, id: number, body: AmendOrderBody): Promise<AmendAnswer> {
  const { key, parts, exchange } = account
  const { user_id } = key
  const { price = null, quantity = null } = body
  await checkAmendable(account, id, { price, quantity })
  const { order, amend } = await parts.writer.run('requestAmend', { user_id, id, price, quantity })
  if (amend === null) return { order, refusal: null }
  account.lookUps.expectOutcome(askAfterMs)
  try {
    await exchange.amendOrder(credentialsOf(parts, key), requestOf(order, { price, quantity }))
    return { order, refusal: null }
  } catch (error) {
    // "Not found" most often means that it has just been filled or canceled: the look-up tells.
    if (error instanceof ExchangeError && error.kind === 'not_found') return { order, refusal: null }
    const refusal = isRefusal(error) ? { code: error.code, reason: reasonOf(error) } : null
    const outcome = refusal ? ({ kind: 'refused', reason: refusal.reason } as const) : ({ kind: 'unknown' } as const)
    const settled = await parts.writer.run('settleAmend', { user_id, id, time: amend.time, outcome })
    return { order: settled, refusal }
  }
}

type Change = Pick<AmendRequest, 'price' | 'quantity'>

/** An order that has ended, or of which the venue has told nothing yet, is left to the job to refuse. @throws InvalidOrder */
async function checkAmendable(account: Account, id: number, change: Change): Promise<void> {
  const order = readOrder(account.parts.db, { user_id: account.key.user_id }, id)
  if (!order || !isOpenOrder(order)) return
  const instrument = await findInstrument(account, order.symbol, order.trading_mode)
  if (instrument) refuseInvalidAmendment(account, requestOf(order, change), instrument)
}

function requestOf(order: Order, change: Change): AmendRequest {
  const { trading_mode, symbol, order_id, client_order_id, side, type, price, quantity, executed_qty } = order
  const known = { side, type, price, quantity, executed_qty }
  return { trading_mode, symbol, order_id, client_order_id, ...change, known }
}
