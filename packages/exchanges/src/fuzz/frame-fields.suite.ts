import type { AccountEvent } from '@tradercoin/protocol'
import { parseJson } from '../transport/json.ts'

/* Looking into frames of which nothing is certain. */

export const fieldsOf = (value: unknown): Record<string, unknown> =>
  typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : {}

/** Those of the values that are lists with something in them. */
export const listsOf = (...values: unknown[]): unknown[][] =>
  values.filter((value): value is unknown[] => Array.isArray(value) && value.length > 0)

export const isEmptyList = (value: unknown) =>
  value === undefined || value === null || (Array.isArray(value) && value.length === 0)

/** The events of a frame, or what a stream keeps of a text that is no JSON. */
export function readJson(text: string, read: (frame: unknown) => AccountEvent[]): AccountEvent[] {
  let frame: unknown
  try {
    frame = parseJson(text)
  } catch {
    return [{ kind: 'raw', event_type: 'unknown', payload: text, problem: 'the frame is not JSON' }]
  }
  return read(frame)
}
