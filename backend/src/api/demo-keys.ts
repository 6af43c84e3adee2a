import { tradingModesOf, venueDescriptions } from '@tradercoin/exchanges'
import { demoEmail } from '../auth/demo-user.ts'
import type { Logger } from '../log.ts'
import { hasEverHadKey } from '../store/exchange-keys.ts'
import { findAccount } from '../store/users.ts'
import type { KeyAdding } from './key-adding.ts'
import { addPaperKey } from './paper-account.ts'

/** An account of every kind a key can be of: one a venue, or one for each of its markets where a key covers one only. */
const accounts = venueDescriptions
  .filter(({ environments }) => environments.includes('paper'))
  .flatMap((venue) => {
    const { exchange, name, key_covers } = venue
    const modes = tradingModesOf(venue)
    return key_covers === 'all_modes'
      ? modes.slice(0, 1).map((trading_mode) => ({ exchange, trading_mode, label: `Demo ${name}` }))
      : modes.map((trading_mode) => ({ exchange, trading_mode, label: `Demo ${name} ${trading_mode}` }))
  })

/**
 * Gives the demo user paper accounts on which somebody trades, so that there is something to watch at once; never to one who has
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
