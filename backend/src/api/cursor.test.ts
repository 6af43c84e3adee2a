import { describe, expect, it } from 'vitest'
import { formatCursor } from '../store/cursor.ts'
import { Cursors } from './cursor.ts'

const cursors = new Cursors('a signing secret of more than thirty-two bytes')
const place = { time: 1_800_000_000_123, id: 42 }
const page = { items: [], next_cursor: formatCursor(place) }

describe('Cursors', () => {
  it('reads what it signed for the same user and query', () => {
    const { next_cursor } = cursors.sign(page, 7, 'orders')
    expect(cursors.read(next_cursor ?? '', 7, 'orders')).toEqual(place)
    expect(cursors.sign({ items: [], next_cursor: null }, 7, 'orders').next_cursor).toBeNull()
    expect(cursors.read(undefined, 7, 'orders')).toBeNull()
  })

  it('knows no cursor of another user, query or hub, and none that was changed', () => {
    const cursor = cursors.sign(page, 7, 'orders').next_cursor ?? ''
    const foreign =
      new Cursors('another secret of more than thirty-two bytes').sign(page, 7, 'orders').next_cursor ?? ''
    const changed = [...cursor].map((_, at) => {
      const other = cursor[at] === 'A' ? 'B' : 'A'
      return cursor.slice(0, at) + other + cursor.slice(at + 1)
    })
    // The last character of the code holds spare bits, so only what reads differently counts as changed.
    const differing = changed.filter((text) => {
      const [mac] = text.split('.')
      return Buffer.from(mac ?? '', 'base64url').compare(Buffer.from(cursor.split('.')[0] ?? '', 'base64url')) !== 0
    })
    expect(differing.length).toBeGreaterThan(18)
    for (const bad of [...differing, foreign, `${cursor}A`, cursor.slice(1), '', 'x', '.', 'a'.repeat(500)]) {
      expect(() => cursors.read(bad, 7, 'orders')).toThrow(/does not belong/)
    }
    expect(() => cursors.read(cursor, 8, 'orders')).toThrow(/does not belong/)
    expect(() => cursors.read(cursor, 7, 'executions')).toThrow(/does not belong/)
  })
})
