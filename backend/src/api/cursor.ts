import { createHmac, hkdfSync, timingSafeEqual } from 'node:crypto'
import type { Page } from '@tradercoin/protocol'
import { type Cursor, parseCursor } from '../store/cursor.ts'
import { Problem } from './problem.ts'

const macBytes = 16

/** Cursors leave the hub signed for one user and one query, so that none can be made up, changed or carried elsewhere. */
export class Cursors {
  readonly #key: Buffer

  /** @param jwtSecret the text of JWT_SECRET */
  constructor(jwtSecret: string) {
    this.#key = Buffer.from(hkdfSync('sha256', jwtSecret, 'tradercoin', 'tradercoin/cursor/v1', 32))
  }

  /** The page as it is sent. @param query names the list and its filters, the same for all its pages */
  sign<T>(page: Page<T>, userId: number, query: string): Page<T> {
    const { next_cursor } = page
    if (next_cursor === null) return page
    return { ...page, next_cursor: `${this.#mac(next_cursor, userId, query).toString('base64url')}.${next_cursor}` }
  }

  /** @throws Problem 400 for a cursor that was not made for this user and query */
  read(signed: string | undefined, userId: number, query: string): Cursor | null {
    if (signed === undefined) return null
    const at = signed.indexOf('.')
    const text = signed.slice(at + 1)
    const given = Buffer.from(signed.slice(0, Math.max(0, at)), 'base64url')
    const isOurs = given.length === macBytes && timingSafeEqual(given, this.#mac(text, userId, query))
    const cursor = isOurs ? parseCursor(text) : null
    if (cursor) return cursor
    throw new Problem(400, 'bad_cursor', 'The cursor does not belong to this list; start again without it.', {
      errors: [{ field: 'cursor', message: 'does not belong to this list' }],
    })
  }

  #mac(text: string, userId: number, query: string): Buffer {
    return createHmac('sha256', this.#key)
      .update(JSON.stringify([userId, query, text]))
      .digest()
      .subarray(0, macBytes)
  }
}
