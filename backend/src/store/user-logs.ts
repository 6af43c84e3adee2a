import type { Database } from './database.ts'
import type { Job } from './job.ts'
import type { UserScope } from './scope.ts'

/** Where a user's event log stands. `pruned`: the highest seq that is no longer kept, 0 when all are. */
export interface UserLog {
  epoch: string
  seq: number
  pruned: number
}

/** Every user has a log from the moment they are stored (a trigger sees to it); undefined for an unknown user. */
export function readUserLog(db: Database, { user_id }: UserScope): UserLog | undefined {
  return db.get<UserLog>('SELECT epoch, seq, pruned FROM user_logs WHERE user_id = ?', user_id)
}

/** After a backup is put back: numbers may be used again for other events, so no tab may trust an old one. */
export const renewEpochs: Job<Record<string, never>, void> = (db) => {
  db.run('UPDATE user_logs SET epoch = lower(hex(randomblob(8)))')
}
