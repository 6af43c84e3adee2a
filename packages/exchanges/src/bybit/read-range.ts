import type { TimeRange } from './rest.ts'

const dayMs = 24 * 60 * 60_000
/** A query that names both ends spans at most this; one that names its start only, exactly this. */
const longestSpanMs = 7 * dayMs

/** Every row since `startTime`, in slices the venue takes; the last one is left open, whatever our clock says of the venue's. */
export async function readSince(
  read: (slice: TimeRange) => Promise<unknown[]>,
  startTime: number,
  now: number,
): Promise<unknown[]> {
  const rows: unknown[] = []
  let from = startTime
  for (; now - from >= longestSpanMs; from += longestSpanMs) {
    rows.push(...(await read({ startTime: from, endTime: from + longestSpanMs - 1 })))
  }
  rows.push(...(await read({ startTime: from })))
  return rows
}
