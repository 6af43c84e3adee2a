import type { PlaceOrderAnswer } from '@tradercoin/protocol'
import type { Database } from './database.ts'
import type { UserScope } from './scope.ts'

/** The order the hub placed for the user with this key under this client order id; undefined when it placed none. */
export function readPlacedOrder(
  db: Database,
  { user_id }: UserScope,
  keyId: number,
  clientOrderId: string,
): PlaceOrderAnswer | undefined {
  return db.get<PlaceOrderAnswer>(
    'SELECT id, client_order_id, status FROM orders WHERE user_id = ? AND exchange_key_id = ? AND placed_as = ?',
    user_id,
    keyId,
    clientOrderId,
  )
}
