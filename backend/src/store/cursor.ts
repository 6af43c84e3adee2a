/** Where a page of a list ended. Lists are newest first by (time, id). */
export interface Cursor {
  time: number
  id: number
}

/** @returns an opaque text for the query of the next page */
export function formatCursor({ time, id }: Cursor): string {
  return Buffer.from(`${time}:${id}`).toString('base64url')
}

/** @returns null when the text is not one of ours */
export function parseCursor(text: string): Cursor | null {
  const match = /^(-?\d{1,16}):(\d{1,16})$/.exec(Buffer.from(text, 'base64url').toString('latin1'))
  if (!match) return null
  const cursor = { time: Number(match[1]), id: Number(match[2]) } // not money: a time and an id
  return Number.isSafeInteger(cursor.time) && Number.isSafeInteger(cursor.id) ? cursor : null
}

/** What a list query takes besides its filters. `cursor`: null for the first page. */
export interface PageRequest {
  limit: number
  cursor: Cursor | null
}

/** Makes a page of rows that were asked for with `limit + 1`. */
export function pageOfRows<Row, Item>(
  rows: Row[],
  limit: number,
  cursorOf: (row: Row) => Cursor,
  itemOf: (row: Row) => Item,
): { items: Item[]; next_cursor: string | null } {
  const shown = rows.slice(0, limit)
  const last = shown.at(-1)
  const next_cursor = rows.length > limit && last !== undefined ? formatCursor(cursorOf(last)) : null
  return { items: shown.map(itemOf), next_cursor }
}
