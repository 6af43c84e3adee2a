import type { UserEventType } from '@tradercoin/protocol'
import type { Database } from './database.ts'
import { frameOf } from './outbox.ts'
import type { UserScope } from './scope.ts'

/** One event of a user's log, ready to be sent. */
export interface LoggedFrame {
  seq: number
  frame: string
}

interface Row {
  seq: number
  type: UserEventType
  data: string
}

const pageSql = 'SELECT seq, type, data FROM events WHERE user_id = ? AND seq > ? ORDER BY seq LIMIT ?'

/** The events after a position, oldest first, as WebSocket texts. */
export function readFrames(db: Database, { user_id }: UserScope, after: number, limit: number): LoggedFrame[] {
  return db
    .all<Row>(pageSql, user_id, after, limit)
    .map(({ seq, type, data }) => ({ seq, frame: frameOf(type, seq, data) }))
}
