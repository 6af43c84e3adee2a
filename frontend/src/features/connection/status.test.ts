import type { ConnectionState } from '@tradercoin/client'
import type { KeyLink, KeyState } from '@tradercoin/protocol'
import { describe, expect, it } from 'vitest'
import { graceMs, isStale, statusOf } from './status.ts'

const now = 1_000_000
const key = (state: KeyState, exchange_key_id = 1): KeyLink => ({
  exchange_key_id,
  state,
  reason: null,
  last_event_at: null,
  age_ms: 0,
})
const connected = (keys: KeyLink[], staleSince: number | null = null): ConnectionState => ({
  status: 'connected',
  attempt: 0,
  nextRetryAt: null,
  reason: null,
  staleSince,
  keys,
  session_id: 'session1',
  user_id: 1,
})
const retrying = (staleSince: number | null): ConnectionState => ({
  status: 'connecting',
  attempt: 3,
  nextRetryAt: null,
  reason: { kind: 'network', code: null, message: '', final: false },
  staleSince,
  keys: [key('live')],
})

describe('the dot', () => {
  it('is green without keys and with every active key live', () => {
    expect(statusOf(connected([]), 0, now)).toEqual({ state: 'connected', keys: 0 })
    expect(statusOf(connected([key('live'), key('stopped', 2)]), 0, now)).toEqual({ state: 'connected', keys: 1 })
  })

  it.each(['connecting', 'syncing', 'reconnecting', 'stale', 'action_needed'] as const)(
    'is not green while a key is %s',
    (state) => {
      const status = statusOf(connected([key('live'), key(state, 2)]), 0, now)
      expect(status).toEqual({ state: 'connecting', cause: 'keys', notLive: 1 })
      expect(isStale(status)).toBe(false)
    },
  )

  it('is not green while the hub is quiet', () => {
    const status = statusOf(connected([key('live')], now - 8_000), 0, now)
    expect(status).toEqual({ state: 'connecting', cause: 'quiet', quietMs: 8_000 })
    expect(isStale(status)).toBe(true)
  })

  it('is yellow for a moment after a drop and then red for as long as it is retried', () => {
    // What is shown may be older than the drop: the hub was last heard some seconds before it.
    const heard = now - 20_000
    const moment = statusOf(retrying(heard), now - graceMs, now)
    expect(moment).toEqual({ state: 'connecting', cause: 'opening', attempt: 3 })
    expect(isStale(moment)).toBe(false)
    const later = statusOf(retrying(heard), now - graceMs - 1, now)
    expect(later).toEqual({ state: 'disconnected', since: heard })
    expect(isStale(later)).toBe(true)
  })

  it('turns red when the first connection does not come about', () => {
    expect(statusOf(retrying(null), now - 10, now).state).toBe('connecting')
    expect(statusOf(retrying(null), now - graceMs - 1, now)).toEqual({ state: 'disconnected', since: null })
  })

  it('is red at once when the client has given up', () => {
    const reason = { kind: 'closed', code: 4503, message: '', final: true } as const
    const link: ConnectionState = { ...retrying(now), status: 'disconnected', nextRetryAt: null, reason }
    expect(statusOf(link, now, now)).toEqual({ state: 'disconnected', since: now })
  })
})
