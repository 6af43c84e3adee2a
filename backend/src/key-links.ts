import type { ExchangeKey, Heartbeat, KeyStatus } from '@tradercoin/protocol'
import type { Accounts } from './accounts/accounts.ts'
import type { Database } from './store/database.ts'
import { listKeyIds, listKeys } from './store/exchange-keys.ts'

/** How the keys of a user do: what is stored of each, with what its running account knows better. */
export class KeyLinks {
  private readonly db: Database
  private readonly accounts: Accounts

  constructor(db: Database, accounts: Accounts) {
    this.db = db
    this.accounts = accounts
  }

  /** Every key of the user, switched off or not. */
  of(userId: number): KeyStatus[] {
    return listKeys(this.db, { user_id: userId }).map((item) => {
      const { id, state, state_reason, last_event_at } = this.withLink(item)
      return { exchange_key_id: id, state, reason: state_reason, last_event_at }
    })
  }

  /** The same keys as a heartbeat tells of them. */
  pulse(userId: number): Heartbeat['keys'] {
    return listKeyIds(this.db, { user_id: userId }).map(({ id, is_suspended }) => {
      const account = this.accounts.get(id)
      const atRest = is_suspended === 1 ? 'action_needed' : 'stopped'
      return { exchange_key_id: id, state: account?.status().state ?? atRest, age_ms: account?.ageMs() ?? null }
    })
  }

  withLink(item: ExchangeKey): ExchangeKey {
    const account = this.accounts.get(item.id)
    if (!account && item.is_suspended && item.is_active) return { ...item, state: 'action_needed' }
    if (!account) return { ...item, state: 'stopped', state_reason: null }
    const { state, reason, last_event_at } = account.status()
    return {
      ...item,
      state,
      state_reason: reason,
      last_event_at: last_event_at ?? item.last_event_at,
      listen_key_expires_at: account.expiresAt(),
    }
  }
}
