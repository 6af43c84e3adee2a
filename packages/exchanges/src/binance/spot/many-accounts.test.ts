import { startSimulator } from '@tradercoin/simulator'
import { expect, test, vi } from 'vitest'
import { createExchange, paperEndpoints } from '../../registry.ts'
import { Recorder, SimControls } from '../../test-simulator.ts'
import { testTransport } from '../../transport/test-transport.ts'

const accounts = 250

test(`${accounts} accounts over two sockets, through a loss of both: each hears of its own orders, all of them, and of no other's`, async () => {
  const simulator = await startSimulator({ port: 0, seed: 11, limits: 'off', bot: false })
  const sim = new SimControls(simulator.url, 'binance', 'spot')
  const exchange = createExchange('binance', 'spot', {
    environment: 'paper',
    region: null,
    endpoints: paperEndpoints(simulator.url, 'binance', 'spot'),
    transport: testTransport(),
  })
  try {
    const members = await Promise.all(
      Array.from({ length: accounts }, async () => {
        const account = await sim.account()
        const recorder = new Recorder()
        exchange.openStream(account.credentials, recorder)
        return { account, recorder, orders: [] as string[] }
      }),
    )
    const order = async (member: (typeof members)[number]) => {
      const wish = { symbol: 'BTCUSDT', side: 'BUY', type: 'LIMIT', quantity: '0.001', price: '90000' } as const
      member.orders.push((await sim.order(member.account.account_id, wish)).order_id)
    }
    const told = (recorder: Recorder) =>
      recorder.events.flatMap((event) => (event.kind === 'order' ? [event.order.order_id] : []))
    const patience = { timeout: 15_000, interval: 50 }

    await vi.waitFor(() => expect(members.every(({ recorder }) => recorder.ups === 1)).toBe(true), patience)
    await Promise.all(members.map(order))
    await vi.waitFor(
      () => expect(members.map(({ recorder }) => told(recorder))).toEqual(members.map(({ orders }) => orders)),
      patience,
    )

    await sim.fault('drop_connection')
    await vi.waitFor(() => expect(members.every(({ recorder }) => recorder.ups === 2)).toBe(true), patience)
    await Promise.all(members.map(order))
    await vi.waitFor(
      () => expect(members.map(({ recorder }) => told(recorder))).toEqual(members.map(({ orders }) => orders)),
      patience,
    )
    const health = await (await fetch(`${simulator.url}/sim/health`)).json()
    expect(health).toMatchObject({
      venues: expect.arrayContaining([
        expect.objectContaining({ base_url: '/binance/spot', connections: { private: 2, market: 0 } }),
      ]),
    })
  } finally {
    await exchange.close()
    await simulator.close()
  }
}, 60_000)
