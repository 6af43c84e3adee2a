import { expect, it } from 'vitest'
import { ExchangeError } from '../../errors.ts'
import type { OrderRef } from '../../exchange.ts'
import { systemClock } from '../../transport/clock.ts'
import { queryOrder } from './order-query.ts'
import type { AlgoKey, FuturesRest, OrderKey } from './rest.ts'
import { fixture } from './test-fixtures.ts'

const who = { api_key: 'key', api_secret: 'secret', passphrase: null }
/** Second looks do not make a test wait. */
const clock = { ...systemClock, after: (_ms: number, fn: () => void) => systemClock.after(0, fn) }
const ref: OrderRef = { trading_mode: 'futures', symbol: 'BTCUSDT', order_id: null, client_order_id: 'hub-sl-1' }
const row = (name: string, overrides: object = {}) => ({ ...(fixture(name).value as object), ...overrides })

/** The order that the stop has become; it goes by the stop's client id. */
const child = row('rest-order-open', { orderId: '612345999001', clientOrderId: 'hub-sl-1', origType: 'STOP_MARKET' })
const stop = row('rest-algo-finished')

/** A venue that knows these rows; what is null it does not know. */
function ask(rows: { order: unknown; algoOrder: unknown }, wish: OrderRef) {
  const known = (answer: unknown) => {
    if (answer === null) throw new ExchangeError('not_found', 'order_not_found', 'Unknown.')
    return answer as Record<string, unknown>
  }
  const rest = {
    order: async (_who: unknown, _symbol: string, _key: OrderKey) => known(rows.order),
    algoOrder: async (_who: unknown, _key: AlgoKey) => known(rows.algoOrder),
    tradesOfOrder: async () => [],
  } as unknown as FuturesRest
  return queryOrder({ rest, clock }, who, wish)
}

it('by the client id of a conditional order finds it with the order it has become', async () => {
  expect(await ask({ order: child, algoOrder: stop }, ref)).toMatchObject([
    { order: { order_id: 'algo:2148719', status: 'TRIGGERED' } },
    { order: { order_id: '612345999001', parent_order_id: 'algo:2148719' } },
  ])
})

it('tells the order alone when the conditional one is not kept any more', async () => {
  expect(await ask({ order: child, algoOrder: null }, ref)).toMatchObject([{ order: { order_id: '612345999001' } }])
})

it('tells the conditional order alone while what it became cannot be found', async () => {
  const events = await ask({ order: null, algoOrder: stop }, { ...ref, order_id: 'algo:2148719' })
  expect(events).toMatchObject([{ order: { order_id: 'algo:2148719', status: 'TRIGGERED' } }])
})

it('is null when the venue knows neither', async () => {
  expect(await ask({ order: null, algoOrder: null }, ref)).toBeNull()
})

it('keeps an answer it cannot read', async () => {
  expect(await ask({ order: null, algoOrder: { algoId: 8 } }, ref)).toMatchObject([{ kind: 'raw' }])
  expect(await ask({ order: { orderId: 7 }, algoOrder: null }, { ...ref, order_id: '7' })).toMatchObject([
    { kind: 'raw' },
  ])
})
