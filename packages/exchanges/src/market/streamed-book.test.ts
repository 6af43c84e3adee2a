import type { Level } from '@tradercoin/protocol'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { bookRule as bybitRule } from '../bybit/market/parse.ts'
import { bookRule as okxRule } from '../okx/market/parse.ts'
import { FakeClock } from '../transport/test-transport.ts'
import type { BookTop } from './market-source.ts'
import { type BookMessage, type MessageRule, StreamedBook } from './streamed-book.ts'

/** A market that tells its book as a venue with snapshots of its own does. */
class Venue {
  readonly book = new Map<string, Level>()
  id = 100
  #pending = new Set<string>()
  /** OKX leaves numbers out, Bybit does not. */
  readonly #step: number

  constructor(step: number) {
    this.#step = step
  }

  change(price: number, quantity: number): void {
    this.book.set(String(price), [String(price), String(quantity)])
    this.#pending.add(String(price))
  }

  top(): Pick<BookTop, 'bids' | 'asks'> {
    const levels = [...this.book.values()].filter(([, quantity]) => quantity !== '0')
    const side = (isBid: boolean) =>
      levels
        .filter(([price]) => Number(price) < 50 === isBid)
        .sort(([a], [b]) => (isBid ? Number(b) - Number(a) : Number(a) - Number(b)))
    return { bids: side(true), asks: side(false) }
  }

  /** What happened since the last message, told to all who listen. */
  delta(): BookMessage {
    const previous = this.id
    this.id += this.#step
    const levels = [...this.#pending].map((price) => this.book.get(price) ?? ([price, '0'] as Level))
    this.#pending.clear()
    const bids = levels.filter(([price]) => Number(price) < 50)
    const asks = levels.filter(([price]) => Number(price) >= 50)
    return { isSnapshot: false, id: this.id, previous, ts: this.id, bids, asks }
  }

  snapshot(): BookMessage {
    return { isSnapshot: true, id: this.id, previous: -1, ts: this.id, ...this.top() }
  }
}

const step = fc.oneof(
  {
    weight: 6,
    arbitrary: fc.record({
      kind: fc.constant('change' as const),
      price: fc.integer({ min: 1, max: 98 }),
      quantity: fc.nat(4),
    }),
  },
  { weight: 5, arbitrary: fc.record({ kind: fc.constant('send' as const) }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('lose' as const) }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('repeat' as const) }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('cut' as const) }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('broken' as const) }) },
)

const rules: [string, MessageRule, number][] = [
  ['OKX', okxRule, 7],
  ['Bybit', bybitRule, 1],
]

describe.each(rules)('a book of %s', (_name, rule, stepOfIds) => {
  it('is the truth after any stream, cut and repaired anywhere, and is never told wrong', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(step, { maxLength: 120 }), async (steps) => {
        const clock = new FakeClock()
        const venue = new Venue(stepOfIds)
        const truth = new Set([JSON.stringify(venue.top())])
        const told: (BookTop | string)[] = []
        const book = new StreamedBook({
          clock,
          rule,
          parse: (payload) => {
            if (payload === 'broken') throw new Error('not readable')
            return payload as BookMessage
          },
          renew: () => {
            // The new subscription begins where the venue stands; those who listen already were told up to here.
            const rest = venue.delta()
            truth.add(JSON.stringify(venue.top()))
            book.onPayload(rest)
            book.onUp()
            book.onPayload(venue.snapshot())
          },
          on: {
            onData: (top) => told.push(top),
            onDown: (reason) => told.push(reason),
            onRefused: (reason) => told.push(reason),
          },
        })
        const connect = () => {
          venue.delta()
          truth.add(JSON.stringify(venue.top()))
          book.onUp()
          book.onPayload(venue.snapshot())
        }
        connect()
        let last: BookMessage | null = null
        for (const each of steps) {
          if (each.kind === 'change') venue.change(each.price, each.quantity)
          else if (each.kind === 'repeat' && last !== null) book.onPayload(last)
          else if (each.kind === 'broken') book.onPayload('broken')
          else if (each.kind === 'cut') {
            book.onDown('cut')
            connect()
          } else if (each.kind === 'send' || each.kind === 'lose') {
            const message = venue.delta()
            truth.add(JSON.stringify(venue.top()))
            if (each.kind === 'send') book.onPayload(message)
            last = message
          }
          await clock.advance(20)
        }
        for (let i = 0; i < 3; i += 1) {
          venue.change(49, i + 1)
          const message = venue.delta()
          truth.add(JSON.stringify(venue.top()))
          book.onPayload(message)
          await clock.advance(60_000)
        }
        const { bids, asks } = told.at(-1) as BookTop
        expect({ bids, asks }).toEqual(venue.top())
        for (const each of told) {
          if (typeof each !== 'string') expect(truth).toContain(JSON.stringify({ bids: each.bids, asks: each.asks }))
        }
        book.close()
      }),
      { numRuns: 150 },
    )
  }, 60_000)

  it('asks again, ever more slowly, when no snapshot comes', async () => {
    const clock = new FakeClock()
    const renewals: number[] = []
    const book: StreamedBook = new StreamedBook({
      clock,
      rule,
      parse: (payload) => payload as BookMessage,
      renew: () => {
        renewals.push(clock.now())
        book.onUp()
      },
      on: { onData: () => {}, onDown: () => {}, onRefused: () => {} },
    })
    book.onUp()
    await clock.advance(120_000)
    expect(renewals.length).toBeGreaterThan(3)
    const waits = renewals.map((at, i) => at - (renewals[i - 1] ?? at)).slice(1)
    expect(waits.at(-1)).toBeGreaterThan(waits[0] ?? 0)
    book.close()
    const count = renewals.length
    await clock.advance(120_000)
    expect(renewals).toHaveLength(count)
  })
})
