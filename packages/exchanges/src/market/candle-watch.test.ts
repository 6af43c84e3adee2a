import type { Candle } from '@tradercoin/protocol'
import { expect, it } from 'vitest'
import { FakeClock } from '../transport/test-transport.ts'
import { CandleWatch } from './candle-watch.ts'

const minute = 60_000

function setUp() {
  const clock = new FakeClock()
  clock.time = Math.floor(clock.time / minute) * minute
  const start = clock.time
  const told: (string[] | string)[] = []
  const asked: number[] = []
  let answer: Candle[] = []
  const candle = (n: number, close: string, is_closed = false): Candle => ({
    time: start + n * minute,
    open: '1',
    high: '9',
    low: '1',
    close,
    volume: '1',
    is_closed,
  })
  const watch = new CandleWatch({
    clock,
    interval: '1m',
    fetchCandles: async (limit) => {
      asked.push(limit)
      return answer
    },
    parse: (payload) => payload as Candle[],
    on: {
      onData: (candles) =>
        told.push(
          candles.map(({ time, close, is_closed }) => `${(time - start) / minute}:${close}${is_closed ? '.' : ''}`),
        ),
      onDown: (reason) => told.push(reason),
      onRefused: (reason) => told.push(reason),
    },
  })
  const answers = (candles: Candle[]) => {
    answer = candles
  }
  return { clock, watch, told, asked, candle, answers }
}

it('begins with what REST says, as far as the stream has not told newer', async () => {
  const { clock, watch, told, asked, candle, answers } = setUp()
  answers([candle(-1, '1', true), candle(0, '2')])
  watch.onUp()
  watch.onPayload([candle(0, '3')])
  expect(told).toEqual([])
  await clock.advance(0)
  expect(asked).toEqual([2])
  expect(told).toEqual([['-1:1.', '0:3']])
  watch.onPayload([candle(0, '4')])
  watch.onPayload([candle(0, '5', true)])
  watch.onPayload([candle(1, '6')])
  expect(told.slice(1)).toEqual([['0:4'], ['0:5.'], ['1:6']])
})

it('asks how a candle ended that the stream did not close', async () => {
  const { clock, watch, told, candle, answers } = setUp()
  answers([candle(0, '1')])
  watch.onUp()
  await clock.advance(minute)
  answers([candle(0, '2', true), candle(1, '3')])
  watch.onPayload([candle(1, '4')])
  await clock.advance(1_000)
  expect(told).toEqual([['0:1'], ['0:2.', '1:4']])
})

it('after an interruption asks for the candles that ended meanwhile', async () => {
  const { clock, watch, told, asked, candle, answers } = setUp()
  answers([candle(0, '1')])
  watch.onUp()
  await clock.advance(0)
  watch.onDown('cut')
  await clock.advance(10 * minute)
  answers([candle(0, '2', true), candle(9, '3', true), candle(10, '4')])
  watch.onUp()
  await clock.advance(0)
  expect(asked).toEqual([2, 12])
  expect(told).toEqual([['0:1'], 'cut', ['0:2.', '9:3.', '10:4']])
})
