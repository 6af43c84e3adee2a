import type { UserEventType } from '@tradercoin/protocol'
import type { Database } from './database.ts'

/** One event of a user's log as it was committed. `frame` is the WebSocket text, built once for all tabs. */
export interface CommittedEvent {
  user_id: number
  epoch: string
  seq: number
  type: UserEventType
  frame: string
  /** Our clock (ms) when the cause reached us: the frame of the exchange, the answer of a query, the request of a user. */
  received_at: number
}

/** The WebSocket text of an event; `data` is the record as JSON. Replay and live feed both come from here. */
export function frameOf(type: string, seq: number, data: string): string {
  return `{"type":"${type}","seq":${seq},"data":${data}}`
}

interface Log {
  epoch: string
  seq: number
}

/** A place in an outbox to go back to. */
export interface OutboxMark {
  events: number
  logs: [number, Log][]
}

/** Takes the next numbers of users' logs for one job. `flush` writes the counters, `events` is what the job appended. */
export class Outbox {
  readonly events: CommittedEvent[] = []
  private readonly db: Database
  private readonly now: number
  private readonly logs = new Map<number, Log>()

  constructor(db: Database, now: number) {
    this.db = db
    this.now = now
  }

  /** Appends one event to a user's log. `data` is the record as JSON. @returns its seq */
  append(userId: number, type: UserEventType, data: string, receivedAt: number): number {
    const log = this.logOf(userId)
    log.seq += 1
    this.db.run(
      'INSERT INTO events (user_id, seq, type, data, time) VALUES (?, ?, ?, ?, ?)',
      userId,
      log.seq,
      type,
      data,
      this.now,
    )
    const frame = frameOf(type, log.seq, data)
    this.events.push({ user_id: userId, epoch: log.epoch, seq: log.seq, type, frame, received_at: receivedAt })
    return log.seq
  }

  mark(): OutboxMark {
    return { events: this.events.length, logs: [...this.logs].map(([userId, log]) => [userId, { ...log }]) }
  }

  /** Forgets what was appended since the mark. The caller undoes the rows by rolling back its savepoint. */
  rewind({ events, logs }: OutboxMark): void {
    this.events.length = events
    this.logs.clear()
    for (const [userId, log] of logs) this.logs.set(userId, { ...log })
  }

  flush(): void {
    for (const [userId, log] of this.logs) {
      this.db.run('UPDATE user_logs SET seq = ? WHERE user_id = ?', log.seq, userId)
    }
    this.logs.clear()
  }

  private logOf(userId: number): Log {
    const known = this.logs.get(userId)
    if (known) return known
    const log = this.db.get<Log>('SELECT epoch, seq FROM user_logs WHERE user_id = ?', userId)
    if (!log) throw new Error('the user has no log')
    this.logs.set(userId, log)
    return log
  }
}
