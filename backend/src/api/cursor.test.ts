import { describe, expect, it } from 'vitest'
import { Cursors } from './cursor.ts'

const cursors = new Cursors('a signing secret of more than thirty-two bytes')
const place = { time: 1_800_000_000_123, id: 42 }

describe('Cursors', () => {
  it('reads what it wrote for the same user and query', () => {
    expect(cursors.read(cursors.write(place, 7, 'orders'), 7, 'orders')).toEqual(place)
  })

  it('knows no cursor of another user, query or hub, and none that was changed', () => {
    const cursor = cursors.write(place, 7, 'orders')
    const foreign = new Cursors('another secret of more than thirty-two bytes').write(place, 7, 'orders')
    const bytes = Buffer.from(cursor, 'base64url')
    for (const [index, byte] of bytes.entries()) {
      const changed = Buffer.from(bytes)
      changed[index] = byte ^ 1
      expect(() => cursors.read(changed.toString('base64url'), 7, 'orders')).toThrow(/does not belong/)
    }
    expect(() => cursors.read(cursor, 8, 'orders')).toThrow(/does not belong/)
    expect(() => cursors.read(cursor, 7, 'executions')).toThrow(/does not belong/)
    for (const bad of [foreign, '', 'x', '!!', 'a'.repeat(500)]) {
      expect(() => cursors.read(bad, 7, 'orders')).toThrow(/does not belong/)
    }
  })
})
