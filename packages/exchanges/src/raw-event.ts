import type { AccountEvent } from '@tradercoin/protocol'
import { ShapeError } from './fields.ts'

/* What a venue sent and no record has room for, or what could not be read: kept as it came. */

export function rawEvent(eventType: string, payload: string, problem: string | null): AccountEvent {
  return { kind: 'raw', event_type: eventType, payload, problem }
}

/** Rows of a frame or of a REST answer; a misshapen one is kept raw and takes no other with it. Never throws. */
export function readRows(
  eventType: string,
  rows: readonly unknown[],
  read: (row: unknown) => AccountEvent[],
): AccountEvent[] {
  return rows.flatMap((row) => {
    try {
      return read(row)
    } catch (error) {
      return [rawEvent(eventType, JSON.stringify(row) ?? '', problemOf(error))]
    }
  })
}

/** Only our own words: a surprise's message might quote what it choked on. */
export function problemOf(error: unknown): string {
  return error instanceof ShapeError ? error.message : 'the payload could not be read'
}
