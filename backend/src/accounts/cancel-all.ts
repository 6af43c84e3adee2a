import type { Order } from '@tradercoin/protocol'
import type { Account } from './account.ts'
import { fewAtOnce } from './few-at-once.ts'
import { type CancelAnswer, cancelOrder } from './placement.ts'

/** Cancels of one account under way at once: what a cancel of all must leave of the venue's patience for others. */
const cancelsAtOnce = 10
/** How often a cancel is tried that the venue's limit of requests keeps back, and for how long each of them waits at most. */
const triesAtMost = 5
const longestPauseMs = 3_000

/**
 * Cancels these orders; the answers are in their order. The limit of requests does not leave an order behind: such a cancel was not
 * executed, so it is tried again when the venue allows it. What else goes wrong is given to `failed`, which makes an answer of it.
 */
export function cancelEach(
  account: Account,
  orders: readonly Order[],
  failed: (order: Order, error: unknown) => CancelAnswer,
): Promise<CancelAnswer[]> {
  return fewAtOnce(orders, cancelsAtOnce, (order) =>
    cancelPatiently(account, order.id).catch((error: unknown) => failed(order, error)),
  )
}

async function cancelPatiently(account: Account, id: number): Promise<CancelAnswer> {
  const { clock } = account.parts
  for (let tries = 1; ; tries++) {
    const answer = await cancelOrder(account, id)
    const { retry_at } = answer
    if (retry_at === null || tries === triesAtMost) return answer
    const pauseMs = Math.min(Math.max(retry_at - clock.now(), 0), longestPauseMs)
    await new Promise<void>((resolve) => clock.after(pauseMs, resolve))
  }
}
