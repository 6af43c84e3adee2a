import { pageLimit } from './rest.ts'

const dayMs = 24 * 60 * 60_000
/** Order, trade and income queries span less than this. */
const longestSpanMs = 7 * dayMs - 1_000

export interface TimeRange {
  startTime: number
  endTime: number
}

/**
 * Every row of a range: in slices the venue takes, each halved while it fills a page. So it does not matter whether the venue sorts and
 * filters by creation or by change, which is not documented.
 */
export async function readRange(
  read: (slice: TimeRange) => Promise<unknown[]>,
  { startTime, endTime }: TimeRange,
): Promise<unknown[]> {
  const rows: unknown[] = []
  for (let from = startTime; from <= endTime; from += longestSpanMs + 1) {
    rows.push(...(await readSlice(read, { startTime: from, endTime: Math.min(from + longestSpanMs, endTime) })))
  }
  return rows
}

async function readSlice(read: (slice: TimeRange) => Promise<unknown[]>, slice: TimeRange): Promise<unknown[]> {
  const rows = await read(slice)
  if (rows.length < pageLimit || slice.startTime >= slice.endTime) return rows
  const middle = Math.floor((slice.startTime + slice.endTime) / 2)
  const older = await readSlice(read, { startTime: slice.startTime, endTime: middle })
  return [...older, ...(await readSlice(read, { startTime: middle + 1, endTime: slice.endTime }))]
}
