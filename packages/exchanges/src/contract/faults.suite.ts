import { expect, vi } from 'vitest'
import { type Card, card, offeredCard } from './card.suite.ts'
import { nothingKnown, soon } from './harness.suite.ts'

/* What the simulator can do to calls and events; what it does to the connection itself is in stream.suite.ts. */

export const faultCards: readonly Card[] = [
  card('C170', 'delayed events arrive late, whole and in order, and the line is not given up', async (h) => {
    const { exchange, account, who, recorder } = await h.withStream()
    await h.sim.fault('delay', { delay_ms: 700, count: 20 }, account)
    const from = Date.now()
    const { order_id } = await exchange.placeOrder(who, h.market())
    await h.told(recorder, order_id, 'FILLED')
    expect(Date.now() - from).toBeGreaterThanOrEqual(600)
    expect(recorder.downs).toEqual([])
    await vi.waitFor(() => h.expectLedger(account, recorder.events), soon)
  }),

  card('C171', 'duplicated events: each execution has one id', async (h) => {
    const { exchange, account, who, recorder } = await h.withStream()
    await h.sim.fault('duplicate_events', { count: 20 }, account)
    const { order_id } = await exchange.placeOrder(who, h.market())
    await h.told(recorder, order_id, 'FILLED')
    await vi.waitFor(() => h.expectLedger(account, recorder.events), soon)
  }),

  card('C172', 'events in disorder: the furthest state is told, nothing is missing', async (h) => {
    const { exchange, account, who, recorder } = await h.withStream()
    await h.sim.fault('reorder_events', { count: 12, window: 4 }, account)
    for (const side of ['BUY', 'SELL'] as const) {
      const { order_id } = await exchange.placeOrder(who, h.market({ side }))
      await h.told(recorder, order_id, 'FILLED')
    }
    await vi.waitFor(() => h.expectLedger(account, recorder.events), soon)
  }),

  card('C173', 'lost events are found by a snapshot', async (h) => {
    const { exchange, account, who, recorder } = await h.withStream()
    const before = await exchange.fetchSnapshot(who, nothingKnown)
    await h.sim.fault('lose_events', { count: 50 }, account)
    await exchange.placeOrder(who, h.market())
    await exchange.placeOrder(who, h.request())
    const snapshot = await exchange.fetchSnapshot(who, h.since(before.as_of))
    expect(recorder.executions()).toEqual([])
    await h.expectLedger(account, snapshot.events)
  }),

  card('C174', 'an unreadable frame is kept, and the account is told to look for what it said', async (h) => {
    const { exchange, account, who, recorder } = await h.withStream()
    const from = Date.now()
    await h.sim.fault('malformed_frame', { count: 1 }, account)
    await exchange.placeOrder(who, h.market())
    await vi.waitFor(() => expect(recorder.ups).toBeGreaterThan(1), soon)
    expect(recorder.downs.length).toBeGreaterThan(0)
    expect(recorder.events).toContainEqual(expect.objectContaining({ kind: 'raw', problem: expect.any(String) }))
    const snapshot = await exchange.fetchSnapshot(who, h.since(from))
    await h.expectLedger(account, [...recorder.events, ...snapshot.events])
  }),

  card('C175', '429: everyone waits for Retry-After, then queries go on by themselves', async (h) => {
    const { exchange, account, who } = await h.setUp()
    const { order_id } = await exchange.placeOrder(who, h.request())
    await h.sim.fault('http_error', { count: 1, status: 429, retry_after: 1 }, account)
    const started = Date.now()
    // Where a 429 says nothing of what became of a write, its outcome is open.
    const refused = { kind: expect.stringMatching(/^(rate_limit|unknown_outcome)$/) }
    await expect(exchange.placeOrder(who, h.request())).rejects.toMatchObject(refused)
    const other = await h.sim.account()
    await Promise.all([
      exchange.fetchOrder(who, h.ref(order_id)),
      exchange.fetchSnapshot(other.credentials, nothingKnown),
    ])
    expect(Date.now() - started).toBeGreaterThanOrEqual(950)
  }),

  card('C176', '418: a long ban is told at once, with its end', async (h) => {
    const { exchange, account, who } = await h.setUp()
    await h.sim.fault('http_error', { count: 1, status: 418, retry_after: 600 }, account)
    await expect(exchange.fetchSnapshot(who, nothingKnown)).rejects.toMatchObject({ kind: 'rate_limit' })
    const error = await exchange.placeOrder(who, h.request()).catch((problem) => problem)
    expect(error).toMatchObject({ kind: 'rate_limit' })
    expect(error.retry_at).toBeGreaterThan(Date.now() + 500_000)
  }),

  card('C177', '403: the firewall’s page is not taken for an answer', async (h) => {
    const { exchange, account, who } = await h.setUp()
    await exchange.placeOrder(who, h.request())
    await h.sim.fault('http_error', { count: 1, status: 403 }, account)
    const error = await exchange.placeOrder(who, h.request()).catch((problem) => problem)
    expect(error).toMatchObject({ name: 'ExchangeError', kind: expect.stringMatching(/^(refused|rate_limit)$/) })
    expect((await h.ledger(account)).orders).toHaveLength(1)
  }),

  card('C178', '503 and 500: a read is unavailable, the next one works', async (h) => {
    const { exchange, account, who } = await h.setUp()
    await exchange.fetchSnapshot(who, nothingKnown)
    for (const status of [500, 503]) {
      await h.sim.fault('http_error', { count: 1, status }, account)
      await expect(exchange.fetchSnapshot(who, nothingKnown)).rejects.toMatchObject({
        kind: expect.stringMatching(/^(unavailable|rate_limit)$/),
      })
      await h.sim.clearFaults()
      await vi.waitFor(() => exchange.fetchSnapshot(who, nothingKnown), soon)
    }
  }),

  card('C179', 'a banned address: no order leaves until the ban is over', async (h) => {
    const { exchange, who, account } = await h.setUp()
    await h.sim.fault('ban_ip', { duration_ms: 600_000 })
    await expect(exchange.placeOrder(who, h.request())).rejects.toMatchObject({ kind: 'rate_limit' })
    await h.sim.clearFaults()
    const error = await exchange.placeOrder(who, h.request()).catch((problem) => problem)
    expect(error).toMatchObject({ kind: 'rate_limit' })
    expect(error.retry_at).toBeGreaterThan(Date.now() + 1_000)
    expect((await h.ledger(account)).orders).toEqual([])
  }),

  card('C180', 'a clock that runs late or early is measured anew, and the order goes out', async (h) => {
    const { exchange, account, who } = await h.setUp()
    await exchange.placeOrder(who, h.request())
    for (const skew_ms of [-3_000, 30_000]) {
      await h.sim.fault('clock_skew', { skew_ms })
      await exchange.placeOrder(who, h.request())
      await h.sim.clearFaults()
    }
    expect((await h.ledger(account)).orders).toHaveLength(3)
  }),

  offeredCard(
    'C181',
    'an announced shutdown of a server leaves no gap',
    ({ target }) => target.announces_shutdown,
    async (h) => {
      const { exchange, account, who, recorder } = await h.withStream()
      await h.sim.fault('service_upgrade_notice', { close_after_ms: 1_000 }, account)
      const until = Date.now() + 1_800
      for (let round = 0; Date.now() < until; round++) {
        const side = round % 2 === 0 ? 'BUY' : 'SELL'
        await exchange.placeOrder(who, h.market({ side, quantity: '0.002' }))
      }
      await vi.waitFor(() => h.expectLedger(account, recorder.events), soon)
      expect(recorder.downs).toEqual([])
    },
    // Where nothing is announced, the cut itself must be seen through.
    async (h) => {
      const { account, recorder } = await h.withStream()
      await h.sim.fault('service_upgrade_notice', { close_after_ms: 0 }, account)
      await h.sim.fault('drop_connection', {}, account)
      await vi.waitFor(() => expect(recorder.ups).toBe(2), soon)
    },
  ),
]
