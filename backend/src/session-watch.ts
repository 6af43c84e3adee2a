import type { Clock } from '@tradercoin/exchanges'
import type { Database } from './store/database.ts'
import { listEndedSessions } from './store/sessions.ts'

const everyMs = 1_000
/** A change is stored a little after the time it bears, longer while the disk is busy. */
const lookBackMs = 60_000

/** Notices sessions that were ended elsewhere, such as by `tradercoin user disable`, within a second or two. @returns how to stop */
export function watchEndedSessions(
  db: Database,
  clock: Clock,
  onEnded: (userId: number, sessionId: number) => void,
): () => void {
  let cancel = () => {}
  const look = () => {
    for (const { id, user_id } of listEndedSessions(db, clock.now() - lookBackMs)) onEnded(user_id, id)
    cancel = clock.after(everyMs, look)
  }
  cancel = clock.after(everyMs, look)
  return () => cancel()
}
