import { demoEmail } from '../auth/demo-user.ts'
import type { Logger } from '../log.ts'
import { hasEverHadKey } from '../store/exchange-keys.ts'
import { findAccount } from '../store/users.ts'
import type { KeyAdding } from './key-adding.ts'
import { addPaperKey } from './paper-account.ts'

const accounts = [
  { exchange: 'binance', trading_mode: 'spot', label: 'Demo spot' },
  { exchange: 'binance', trading_mode: 'futures', label: 'Demo futures' },
] as const

/**
 * Gives the demo user two paper accounts on which somebody trades, so that there is something to watch at once; never to one who has
 * or had a key, so that deleted ones stay deleted. Without them the hub works as well: a failure is logged.
 */
export async function addDemoKeys(adding: KeyAdding, paperUrl: string, log: Logger): Promise<void> {
  const { db } = adding.store
  const user = findAccount(db, demoEmail)
  if (!user || hasEverHadKey(db, { user_id: user.id })) return
  try {
    for (const body of accounts)
      await addPaperKey(adding, paperUrl, { user_id: user.id, body, activity: true, ip: null })
  } catch (error) {
    log.warn({ error }, 'demo_keys_not_added')
  }
}
