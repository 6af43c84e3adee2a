import type { ConnectionState } from '@tradercoin/client'

export type Status =
  | { state: 'connected'; keys: number }
  | { state: 'connecting'; cause: 'opening'; attempt: number }
  | { state: 'connecting'; cause: 'quiet'; quietMs: number }
  | { state: 'connecting'; cause: 'keys'; notLive: number }
  | { state: 'disconnected'; since: number | null }

/** How long a drop may last before the page calls it one. */
export const graceMs = 3_000

/**
 * The one dot for three links: this tab to the hub, the hub to each exchange, and how old the newest word is. Green only when
 * all of them are fresh; red once a drop has lasted longer than a moment, however busily it is being retried.
 *
 * @param downSince when (ms) the socket was last lost, or the page began to open its first
 */
export function statusOf(link: ConnectionState, downSince: number, now: number): Status {
  if (link.status !== 'connected') {
    const givenUp = link.reason?.final === true
    const isRecent = now - downSince <= graceMs
    if (!givenUp && isRecent) return { state: 'connecting', cause: 'opening', attempt: link.attempt }
    return { state: 'disconnected', since: link.staleSince }
  }
  if (link.staleSince !== null) return { state: 'connecting', cause: 'quiet', quietMs: now - link.staleSince }
  const active = link.keys.filter((key) => key.state !== 'stopped')
  const notLive = active.filter((key) => key.state !== 'live').length
  if (notLive > 0) return { state: 'connecting', cause: 'keys', notLive }
  return { state: 'connected', keys: active.length }
}

/** Whether what the page shows may be out of date, because the hub has not spoken for too long. */
export function isStale(status: Status): boolean {
  return status.state === 'disconnected' || (status.state === 'connecting' && status.cause === 'quiet')
}
