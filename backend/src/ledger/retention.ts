import type { Clock } from '@tradercoin/exchanges'
import type { Writer } from '../store/writer.ts'

/** What a user's log keeps at the least: a tab that was away for less can resume. */
export interface Retention {
  keep_events: number
  keep_ms: number
}

export const defaultRetention: Retention = { keep_events: 10_000, keep_ms: 24 * 3_600_000 }

const roundEveryMs = 60_000
const eventsAJob = 2_000

/** Prunes the users' logs, a little at a time so that commits stay short. @returns how to stop it */
export function startRetention(writer: Writer, clock: Clock, retention: Retention = defaultRetention): () => void {
  let cancel = () => {}
  let stopped = false
  const round = async () => {
    // A failed round says nothing here: the writer tells of its trouble itself, and the next round tries again.
    const pruned = await writer.run('pruneEvents', { ...retention, limit: eventsAJob }).catch(() => null)
    if (!stopped) cancel = clock.after(pruned?.more ? 50 : roundEveryMs, round)
  }
  cancel = clock.after(roundEveryMs, round)
  return () => {
    stopped = true
    cancel()
  }
}
