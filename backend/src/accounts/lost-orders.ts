import type { OrderRef } from '@tradercoin/exchanges'
import type { Account } from './account.ts'

/** Closes orders that the venue, asked at `asOf` (venue time, ms), did not know any more. Throws JobError when that cannot be stored. */
export async function closeLost(
  { key, parts }: Pick<Account, 'key' | 'parts'>,
  orders: readonly OrderRef[],
  asOf: number,
): Promise<void> {
  if (orders.length === 0) return
  const { id, user_id, exchange } = key
  const account = { user_id, exchange_key_id: id, exchange }
  const result = await parts.writer.run('closeLostOrders', { account, orders, as_of: asOf })
  parts.observer.booked(exchange, 'rest', result)
  if (result.orders > 0) parts.log('info', 'orders_lost', { exchange_key_id: id, orders: result.orders })
}
