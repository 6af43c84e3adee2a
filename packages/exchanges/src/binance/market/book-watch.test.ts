import type { Level } from '@tradercoin/protocol'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { FakeClock } from '../../transport/test-transport.ts'
import { BookWatch, type DepthSnapshot } from './book-watch.ts'
import { type DepthUpdate, futuresSequence, type SequenceRule, spotSequence } from './sequence.ts'

type Told = { bids: Level[]; asks: Level[]; ts: number }

/** A market that numbers its changes, and tells them in events as a venue does. */
class Venue {
  readonly book = new Map<string, Level>()
  id = 1_000n
  #sent = 1_000n
  #pending: { price: string; isBid: boolean }[] = []
  readonly #isFutures: boolean

  constructor(isFutures: boolean) {
    this.#isFutures = isFutures
  }

  change(price: number, quantity: number): void {
    const isBid = price < 50
    // Futures share their numbers with other symbols: there are holes.
    this.id += this.#isFutures ? 3n : 1n
    this.book.set(String(price), [String(price), String(quantity)])
    this.#pending.push({ price: String(price), isBid })
  }

  event(): DepthUpdate {
    const levels = (isBid: boolean): Level[] =>
      this.#pending.filter((each) => each.isBid === isBid).map(({ price }) => this.book.get(price) ?? [price, '0'])
    const event: DepthUpdate = {
      first: this.#sent + 1n,
      last: this.id,
      previous: this.#isFutures ? this.#sent : null,
      bids: levels(true),
      asks: levels(false),
      ts: Number(this.id),
    }
    this.#sent = this.id
    this.#pending = []
    return event
  }

  get hasNews(): boolean {
    return this.#pending.length > 0
  }

  snapshot(): DepthSnapshot {
    const levels = [...this.book.values()].filter(([, quantity]) => quantity !== '0')
    const side = (isBid: boolean) =>
      levels
        .filter(([price]) => Number(price) < 50 === isBid)
        .sort(([a], [b]) => (isBid ? Number(b) - Number(a) : Number(a) - Number(b)))
    return { lastUpdateId: this.id, bids: side(true), asks: side(false), ts: 1 }
  }
}

function setUp(rule: SequenceRule, fetchSnapshot: () => Promise<DepthSnapshot>) {
  const clock = new FakeClock()
  const told: (Told | string)[] = []
  const watch = new BookWatch({
    clock,
    rule,
    snapshotLimit: 1_000,
    fetchSnapshot,
    parse: (payload) => payload as DepthUpdate,
    on: {
      onData: (book) => told.push(book),
      onDown: (reason) => told.push(reason),
      onRefused: (reason) => told.push(reason),
    },
  })
  return { clock, told, watch, last: () => told.at(-1) as Told }
}

const products = [
  ['spot', spotSequence, false],
  ['futures', futuresSequence, true],
] as const

const step = fc.oneof(
  {
    weight: 6,
    arbitrary: fc.record({
      kind: fc.constant('change' as const),
      price: fc.integer({ min: 1, max: 98 }),
      quantity: fc.nat(4),
    }),
  },
  { weight: 4, arbitrary: fc.record({ kind: fc.constant('send' as const) }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('lose' as const) }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('repeat' as const) }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('cut' as const) }) },
  { weight: 3, arbitrary: fc.record({ kind: fc.constant('answer' as const), isOld: fc.boolean() }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('fail' as const) }) },
)

describe.each(products)('the book of %s', (_name, rule, isFutures) => {
  it('is the truth after any stream of changes, cut and repaired anywhere, and is never told wrong', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(step, { maxLength: 120 }), async (steps) => {
        const venue = new Venue(isFutures)
        // Every state the market was in, by the number of its last change.
        const truth = new Map<bigint, string>()
        const note = () => {
          const { bids, asks } = venue.snapshot()
          truth.set(venue.id, JSON.stringify({ bids: bids.slice(0, 50), asks: asks.slice(0, 50) }))
        }
        const asked: { resolve(snapshot: DepthSnapshot): void; reject(error: Error): void; old: DepthSnapshot }[] = []
        const { clock, told, watch, last } = setUp(
          rule,
          () => new Promise((resolve, reject) => asked.push({ resolve, reject, old: venue.snapshot() })),
        )
        note()
        let isUp = true
        let sent: DepthUpdate | null = null
        watch.onUp()
        const settle = () => clock.advance(0)
        for (const each of steps) {
          if (each.kind === 'change') {
            venue.change(each.price, each.quantity)
            note()
          } else if (each.kind === 'send' && venue.hasNews) {
            sent = venue.event()
            if (isUp) watch.onPayload(sent)
          } else if (each.kind === 'lose' && venue.hasNews) venue.event()
          else if (each.kind === 'repeat' && sent !== null && isUp) watch.onPayload(sent)
          else if (each.kind === 'cut') {
            if (isUp) watch.onDown('cut')
            else watch.onUp()
            isUp = !isUp
          } else if (each.kind === 'answer') {
            const question = asked.shift()
            question?.resolve(each.isOld ? question.old : venue.snapshot())
          } else if (each.kind === 'fail') asked.shift()?.reject(new Error('no answer'))
          await settle()
        }
        if (!isUp) watch.onUp()
        // From here on nothing goes wrong; a lost event may still have to be noticed.
        for (let i = 0; i < 12; i += 1) {
          venue.change(49, i + 1)
          note()
          watch.onPayload(venue.event())
          for (const question of asked.splice(0)) question.resolve(venue.snapshot())
          await clock.advance(60_000)
        }
        for (const question of asked.splice(0)) question.resolve(venue.snapshot())
        await settle()
        const { bids, asks } = venue.snapshot()
        expect({ bids: last().bids, asks: last().asks }).toEqual({ bids: bids.slice(0, 50), asks: asks.slice(0, 50) })
        const states = new Set(truth.values())
        for (const each of told) {
          if (typeof each !== 'string') expect(states).toContain(JSON.stringify({ bids: each.bids, asks: each.asks }))
        }
        watch.close()
      }),
      { numRuns: 150 },
    )
  }, 60_000)

  it('holds changes until a snapshot meets them, and asks again when it is too old', async () => {
    const venue = new Venue(isFutures)
    venue.change(10, 1)
    venue.event()
    const old = venue.snapshot()
    venue.change(60, 1)
    venue.event()
    const answers = [old]
    const { clock, told, watch, last } = setUp(rule, async () => answers.shift() ?? venue.snapshot())
    watch.onUp()
    venue.change(70, 2)
    watch.onPayload(venue.event())
    await clock.advance(0)
    expect(told).toEqual([])
    await clock.advance(1_000)
    expect(last().asks).toEqual([
      ['60', '1'],
      ['70', '2'],
    ])
  })

  it('says when a change was missed, and tells nothing until it is whole again', async () => {
    const venue = new Venue(isFutures)
    venue.change(10, 1)
    venue.event()
    let isSlow = false
    const { clock, told, watch, last } = setUp(rule, () =>
      isSlow ? new Promise(() => {}) : Promise.resolve(venue.snapshot()),
    )
    watch.onUp()
    await clock.advance(0)
    expect(told).toHaveLength(1)
    venue.change(11, 1)
    venue.event()
    venue.change(12, 1)
    isSlow = true
    watch.onPayload(venue.event())
    expect(told).toHaveLength(2)
    expect(last()).toContain('missed')
    venue.change(13, 1)
    watch.onPayload(venue.event())
    await clock.advance(10_000)
    expect(told).toHaveLength(2)
  })

  it('does not tell a crossed book', async () => {
    const venue = new Venue(isFutures)
    venue.change(49, 1)
    venue.change(60, 1)
    venue.event()
    const { clock, told, watch } = setUp(rule, async () => venue.snapshot())
    watch.onUp()
    await clock.advance(0)
    venue.change(30, 1)
    const event = venue.event()
    watch.onPayload({ ...event, bids: [['61', '1']] })
    expect(told.at(-1)).toContain('not whole')
  })
})
