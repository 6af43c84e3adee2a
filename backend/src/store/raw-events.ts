import type { Database } from './database.ts'

/** Raw events kept for each key; older ones go. */
export const rawEventsKept = 500
/** A payload longer than this (in characters) is cut. */
const maxPayload = 16_384
/** Tidying looks at the whole list of a key, so it is not done at every insert. */
const tidyEvery = 32

export interface RawEvent {
  user_id: number
  exchange_key_id: number
  event_type: string
  payload: string
  /** Why it could not be read or booked; null when its meaning is simply not known. */
  problem: string | null
  received_time: number
}

/** Keeps a message of the venue as it came. */
export function insertRawEvent(db: Database, event: RawEvent): void {
  const { id } = db.run(
    `INSERT INTO raw_events (user_id, exchange_key_id, event_type, payload, problem, received_time)
     VALUES (?, ?, ?, ?, ?, ?)`,
    event.user_id,
    event.exchange_key_id,
    event.event_type.slice(0, 128),
    event.payload.slice(0, maxPayload),
    event.problem?.slice(0, 1_000) ?? null,
    event.received_time,
  )
  if (id % tidyEvery !== 0) return
  db.run(
    `DELETE FROM raw_events WHERE exchange_key_id = ? AND id <= (
       SELECT id FROM raw_events WHERE exchange_key_id = ? ORDER BY id DESC LIMIT 1 OFFSET ?)`,
    event.exchange_key_id,
    event.exchange_key_id,
    rawEventsKept,
  )
}

/** The newest raw events of one key, for support. The key must be the caller's own to ask about. */
export function rawEventsOfKey(db: Database, userId: number, keyId: number): RawEvent[] {
  return db.all(
    `SELECT user_id, exchange_key_id, event_type, payload, problem, received_time FROM raw_events
     WHERE user_id = ? AND exchange_key_id = ? ORDER BY id DESC LIMIT ?`,
    userId,
    keyId,
    rawEventsKept,
  )
}
