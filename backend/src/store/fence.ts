import type { Database } from './database.ts'

/*
 * Every start of a hub takes the next fencing number; every transaction checks that it is still the newest. A process that was
 * paused while another took over can therefore not write any more.
 */

/** Takes the database over from whoever had it. */
export function takeFence(db: Database, now: number): number {
  const row = db.get<{ fence: number }>(
    'UPDATE hub SET fence = fence + 1, taken_at = ? WHERE id = 1 RETURNING fence',
    now,
  )
  return row?.fence ?? 0
}

export function readFence(db: Database): number {
  return db.get<{ fence: number }>('SELECT fence FROM hub WHERE id = 1')?.fence ?? 0
}
