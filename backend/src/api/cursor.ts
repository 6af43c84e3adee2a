import { createHmac, hkdfSync, timingSafeEqual } from 'node:crypto'
import { Problem } from './problem.ts'

/** Where a page of a list ended: the time and id of its last row. */
export interface Position {
  time: number
  id: number
}

const macBytes = 16

/** Cursors are signed for one user and one query, so that none can be made up, changed or carried elsewhere. */
export class Cursors {
  readonly #key: Buffer

  /** @param jwtSecret the text of JWT_SECRET */
  constructor(jwtSecret: string) {
    this.#key = Buffer.from(hkdfSync('sha256', jwtSecret, 'tradercoin', 'tradercoin/cursor/v1', 32))
  }

  /** @param query names the route and its filters; the same for all pages of one list */
  write({ time, id }: Position, userId: number, query: string): string {
    const place = Buffer.from(`${time}.${id}`)
    return Buffer.concat([this.#mac(place, userId, query), place]).toString('base64url')
  }

  /** @throws Problem 400 for a cursor that was not made for this user and query */
  read(cursor: string, userId: number, query: string): Position {
    const bytes = Buffer.from(cursor, 'base64url')
    const place = bytes.subarray(macBytes)
    const mac = this.#mac(place, userId, query)
    const [time, id] = place.toString().split('.').map(Number) // not money: a time and an id
    const isOurs = bytes.length > macBytes && timingSafeEqual(bytes.subarray(0, macBytes), mac)
    if (!isOurs || time === undefined || id === undefined) {
      throw new Problem(400, 'bad_cursor', 'The cursor does not belong to this list; start again without it.', {
        errors: [{ field: 'cursor', message: 'does not belong to this list' }],
      })
    }
    return { time, id }
  }

  #mac(place: Buffer, userId: number, query: string): Buffer {
    const text = JSON.stringify([userId, query, place.toString('base64url')])
    return createHmac('sha256', this.#key).update(text).digest().subarray(0, macBytes)
  }
}
