import type { Job } from '../store/job.ts'

export interface PruneEventsArgs {
  /** Events of each user that are always kept, whatever their age. */
  keep_events: number
  /** Events younger than this (ms) are always kept. */
  keep_ms: number
  /** At most this many go in one run, so that no commit waits long. */
  limit: number
}

/** `more`: the limit was reached, there is more to prune. */
export interface Pruned {
  pruned: number
  more: boolean
}

/**
 * Drops the oldest events of the users' logs and notes up to where, in one transaction: a tab that resumes is either served in full
 * or told to load anew.
 */
export const pruneEvents: Job<PruneEventsArgs, Pruned> = (db, { keep_events, keep_ms, limit }, context) => {
  const logs = db.all<{ user_id: number; seq: number; pruned: number }>(
    'SELECT user_id, seq, pruned FROM user_logs WHERE seq - pruned > ?',
    keep_events,
  )
  let left = limit
  for (const { user_id, seq, pruned } of logs) {
    if (left === 0) break
    const end = Math.min(seq - keep_events, pruned + left)
    const young = db.get<{ seq: number | null }>(
      'SELECT min(seq) AS seq FROM events WHERE user_id = ? AND seq > ? AND seq <= ? AND time > ?',
      user_id,
      pruned,
      end,
      context.now - keep_ms,
    )
    const last = young?.seq ? young.seq - 1 : end
    if (last <= pruned) continue
    db.run('DELETE FROM events WHERE user_id = ? AND seq <= ?', user_id, last)
    db.run('UPDATE user_logs SET pruned = ? WHERE user_id = ?', last, user_id)
    left -= last - pruned
  }
  return { pruned: limit - left, more: left === 0 }
}
