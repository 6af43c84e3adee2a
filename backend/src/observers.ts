import type { Transport } from '@tradercoin/exchanges'
import type { UserEventType } from '@tradercoin/protocol'
import type { Accounts } from './accounts/accounts.ts'
import type { AccountsLog, AccountsObserver } from './accounts/parts.ts'
import type { Logger } from './log.ts'
import type { Metrics } from './metrics.ts'

/* What the accounts and the adapters tell, turned into metrics and log lines. */

const eventTypes: Exclude<UserEventType, 'gap'>[] = ['order_update', 'execution', 'balance_update', 'position_update']

export function observeAccounts(metrics: Metrics): AccountsObserver {
  return {
    booked(exchange, source, result) {
      for (const type of eventTypes) if (result[type] > 0) metrics.events.inc({ exchange, type, source }, result[type])
      const kept = result.raw + result.bad
      if (kept > 0) metrics.events.inc({ exchange, type: 'raw', source }, kept)
      if (result.duplicates > 0) metrics.duplicateEvents.inc({ exchange }, result.duplicates)
    },
    interrupted: (exchange, cause) => metrics.reconnects.inc({ exchange, cause }),
    gapEnded(exchange, gap, fillMs) {
      metrics.gaps.inc({ exchange, result: gap.unproven === null ? 'proven' : 'unproven' })
      metrics.gapFill.observe(Math.max(0, fillMs) / 1000)
    },
  }
}

export const logOfParts =
  (log: Logger): AccountsLog & Transport['log'] =>
  (level, event, fields) =>
    log[level](fields, event)

/** Counts what runs now, for a scrape. */
export function countAccounts(metrics: Metrics, accounts: Accounts): void {
  metrics.upstreamAccounts.reset()
  metrics.upstreamConnections.reset()
  for (const { exchange, state, accounts: count } of accounts.count()) {
    metrics.upstreamAccounts.set({ exchange, state }, count)
    const isUp = state === 'live' || state === 'syncing' || state === 'stale'
    metrics.upstreamConnections.inc({ exchange, state: isUp ? 'up' : 'down' }, count)
  }
}
