import { startSimulator } from '@tradercoin/simulator'
import { expect, test, vi } from 'vitest'
import { createExchange, paperEndpoints } from '../registry.ts'
import { Recorder, SimControls } from '../test-simulator.ts'
import { type Clock, systemClock } from '../transport/clock.ts'
import { testTransport } from '../transport/test-transport.ts'

const hour = 3_600_000
/** Waits of hours pass quickly: the day of a connection in three seconds. All else takes its time. */
const hasty: Clock = {
  ...systemClock,
  after: (ms, fn) => systemClock.after(ms >= 10 * hour ? ms / 27_000 : ms, fn),
}
const patience = { timeout: 30_000, interval: 50 }

/*
 * The venue cuts each connection after a day. Its successor is subscribed while it still delivers: for a while both tell every event.
 */
test.each(['spot', 'futures'] as const)(
  '%s: through a handover under fire no event is lost, and what is told twice changes nothing',
  async (mode) => {
    const simulator = await startSimulator({ port: 0, seed: 5, limits: 'off', bot: false })
    const sim = new SimControls(simulator.url, 'binance', mode)
    const exchange = createExchange('binance', mode, {
      environment: 'paper',
      region: null,
      endpoints: paperEndpoints(simulator.url, 'binance', mode),
      transport: testTransport({ clock: hasty }),
    })
    try {
      const members = await Promise.all(
        Array.from({ length: 4 }, async () => {
          const account = await sim.account()
          const recorder = new Recorder()
          exchange.openStream(account.credentials, recorder)
          return { account, recorder }
        }),
      )
      await vi.waitFor(() => expect(members.every(({ recorder }) => recorder.ups === 1)).toBe(true), patience)
      const before = await sim.privateConnections()
      const storm = sim.storm(
        members.map(({ account }) => account.account_id),
        1_000,
        125,
        3,
      )
      // Old and new side by side, then the new alone.
      await vi.waitFor(async () => expect(await sim.privateConnections()).toBeGreaterThan(before), patience)
      await storm
      await vi.waitFor(async () => {
        for (const { account, recorder } of members) {
          const ledger = await sim.ledger(account.account_id)
          const executions = recorder.executions().map(({ order_id, trade_id }) => `${order_id} ${trade_id}`)
          expect(executions.sort()).toEqual(
            ledger.executions.map(({ order_id, trade_id }) => `${order_id} ${trade_id}`).sort(),
          )
          for (const { order_id, status } of ledger.orders) expect(recorder.order(order_id)?.status).toBe(status)
        }
      }, patience)
      const fills = members.map(
        ({ recorder }) => recorder.events.filter((event) => event.kind === 'order' && event.execution !== null).length,
      )
      const distinct = members.map(({ recorder }) => recorder.executions().length)
      expect(Math.max(...distinct)).toBeGreaterThan(0)
      expect(fills.reduce((sum, count) => sum + count)).toBeGreaterThan(distinct.reduce((sum, count) => sum + count)) // both sockets told
      for (const { recorder } of members) {
        expect(recorder.downs).toEqual([])
        expect(recorder.ups).toBe(1)
      }
    } finally {
      await exchange.close()
      await simulator.close()
    }
  },
  60_000,
)
