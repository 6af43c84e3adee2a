import { expect, it } from 'vitest'
import { FakeClock } from '../transport/test-transport.ts'
import type { TickerFigures } from './market-source.ts'
import { type TickerPart, TickerWatch, wholeTicker } from './ticker-watch.ts'

function setUp() {
  const clock = new FakeClock()
  const told: (Partial<TickerFigures> | string)[] = []
  const answers: (TickerFigures | Error)[] = []
  const watch = new TickerWatch({
    clock,
    fetchTicker: async () => {
      const answer = answers.shift()
      if (answer instanceof Error || answer === undefined) throw answer ?? new Error('no answer')
      return answer
    },
    on: {
      onData: ({ last_price, bid_price, mark_price, ts }) => told.push({ last_price, bid_price, mark_price, ts }),
      onDown: (reason) => told.push(reason),
      onRefused: (reason) => told.push(reason),
    },
  })
  const read = (payload: unknown) => payload as TickerPart
  return { clock, told, answers, watch, day: watch.channel(read), mark: watch.channel(read) }
}

it('is told once all its channels are up, from what REST says and what they told meanwhile', async () => {
  const { clock, told, answers, day, mark } = setUp()
  answers.push(wholeTicker({ last_price: '10', bid_price: '9', ts: 5 }))
  day.onUp()
  await clock.advance(0)
  expect(answers).toHaveLength(1)
  mark.onPayload({ mark_price: '11', ts: 4 }, 0)
  mark.onUp()
  await clock.advance(0)
  expect(told).toEqual([{ last_price: '10', bid_price: '9', mark_price: '11', ts: 5 }])
  day.onPayload({ last_price: '12', ts: 7 }, 0)
  mark.onPayload({ mark_price: '13', ts: 6 }, 0)
  expect(told.slice(1)).toEqual([
    { last_price: '12', bid_price: '9', mark_price: '11', ts: 7 },
    { last_price: '12', bid_price: '9', mark_price: '13', ts: 7 },
  ])
})

it('is stale as soon as one of its channels is, and begins anew when all are back', async () => {
  const { clock, told, answers, day, mark } = setUp()
  answers.push(wholeTicker({ last_price: '10', ts: 5 }), wholeTicker({ last_price: '20', ts: 9 }))
  day.onUp()
  mark.onUp()
  await clock.advance(0)
  mark.onDown('cut')
  day.onPayload({ last_price: '15', ts: 8 }, 0)
  expect(told.at(-1)).toBe('cut')
  mark.onUp()
  await clock.advance(1_000)
  expect(told.at(-1)).toMatchObject({ last_price: '15', ts: 9 })
})

it('asks again when REST does not answer', async () => {
  const { clock, told, answers, day, mark } = setUp()
  answers.push(new Error('no'), new Error('no'), wholeTicker({ last_price: '10', ts: 5 }))
  day.onUp()
  mark.onUp()
  for (let i = 0; i < 10; i += 1) await clock.advance(500)
  expect(told).toEqual([
    'The ticker could not be read.',
    'The ticker could not be read.',
    { last_price: '10', bid_price: null, mark_price: null, ts: 5 },
  ])
})
