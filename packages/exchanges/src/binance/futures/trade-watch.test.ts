import { expect, it } from 'vitest'
import { FakeClock } from '../../transport/test-transport.ts'
import type { AnnouncedTrade } from './parse.ts'
import { createTradeWatch } from './trade-watch.ts'

const trade = (id: string): AnnouncedTrade => ({
  symbol: 'BTCUSDT',
  order_id: '1',
  trade_id: id,
})

function setUp() {
  const clock = new FakeClock()
  const missing: string[] = []
  return { clock, missing, watch: createTradeWatch(clock, ({ trade_id }) => missing.push(trade_id)) }
}

it('names an announced fill whose report stays away', async () => {
  const { clock, missing, watch } = setUp()
  watch.announced(trade('1'))
  watch.announced(trade('2'))
  watch.reported(trade('2'))
  await clock.advance(4_000)
  watch.announced(trade('3'))
  await clock.advance(2_000)
  expect(missing).toEqual(['1'])
  await clock.advance(10_000)
  expect(missing).toEqual(['1', '3'])
})

it('does not mind the order of the two, nor duplicates of both', async () => {
  const { clock, missing, watch } = setUp()
  watch.reported(trade('1'))
  watch.announced(trade('1'))
  for (const id of ['2', '2']) {
    watch.announced(trade(id))
    watch.reported(trade(id))
  }
  watch.announced(trade('3'))
  watch.announced(trade('3'))
  watch.reported(trade('3'))
  watch.reported(trade('3'))
  await clock.advance(20_000)
  expect(missing).toEqual([])
})

it('is silent once closed', async () => {
  const { clock, missing, watch } = setUp()
  watch.announced(trade('1'))
  watch.close()
  await clock.advance(20_000)
  expect(missing).toEqual([])
})
