import { expect, vi } from 'vitest'
import { Recorder } from '../test-simulator.ts'
import { type Clock, systemClock } from '../transport/clock.ts'
import { SkippingClock } from '../transport/test-transport.ts'
import { type Card, card, offeredCard } from './card.suite.ts'
import { type Harness, type Streaming, soon } from './harness.suite.ts'

/** A dead line is discovered within this time. */
const silenceMs = 25_000
const minute = 60_000

/** The stream carries events again. */
async function expectAlive(h: Harness, { exchange, who, recorder }: Pick<Streaming, 'exchange' | 'who' | 'recorder'>) {
  const { order_id } = await exchange.placeOrder(who, h.request())
  await h.told(recorder, order_id, 'NEW')
}

export const streamCards: readonly Card[] = [
  card('C182', 'a dropped connection is told, and opened anew', async (h) => {
    const streaming = await h.withStream()
    await h.sim.fault('drop_connection', {}, streaming.account)
    await vi.waitFor(() => expect(streaming.recorder.ups).toBe(2), soon)
    expect(streaming.recorder.downs).toMatchObject([{ cause: 'connection_lost', retrying: true }])
    await expectAlive(h, streaming)
  }),

  card('C183', 'a line that has gone silent is discovered within 25 s', async (h) => {
    const clock = new SkippingClock()
    const streaming = await h.withStream(clock)
    const { account, recorder } = streaming
    await h.sim.fault('silent_stream', {}, account)
    const from = clock.now()
    await vi.waitFor(async () => {
      // Both sides live through the same seconds.
      await h.sim.advanceClock(1_000)
      clock.skip(1_000)
      expect(recorder.downs).not.toEqual([])
    }, soon)
    expect(clock.now() - from).toBeLessThan(silenceMs)
    await vi.waitFor(() => expect(recorder.ups).toBe(2), soon)
    expect(recorder.downs).toMatchObject([{ cause: 'silent', retrying: true }])
    await expectAlive(h, streaming)
  }),

  card('C184', 'a quiet but living line is not given up', async (h) => {
    const clock = new SkippingClock()
    const streaming = await h.withStream(clock)
    const { recorder, stream } = streaming
    const before = stream.lastAliveAt() ?? 0
    for (let second = 0; second < 90; second++) {
      await h.sim.advanceClock(1_000)
      clock.skip(1_000)
      await new Promise((resolve) => setImmediate(resolve))
    }
    await vi.waitFor(() => expect((stream.lastAliveAt() ?? 0) - before).toBeGreaterThan(60_000), soon)
    expect(recorder.downs).toEqual([])
    await expectAlive(h, streaming)
  }),

  card('C185', 'a refused upgrade is tried again', async (h) => {
    const { exchange, who } = await h.setUp()
    await h.sim.fault('reject_upgrade', { count: 2, status: 503 })
    const recorder = new Recorder()
    const stream = exchange.openStream(who, recorder)
    h.cleanup(() => stream.close())
    await vi.waitFor(() => expect(recorder.ups).toBe(1), soon)
    expect(recorder.downs).toMatchObject([{ cause: 'connect_failed', retrying: true }])
    await expectAlive(h, { exchange, who, recorder })
  }),

  card('C186', 'an upgrade refused with 429 waits for Retry-After', async (h) => {
    const { account, recorder } = await h.withStream()
    await h.sim.fault('reject_upgrade', { count: 1, status: 429, retry_after: 1 })
    await h.sim.fault('drop_connection', {}, account)
    await vi.waitFor(() => expect(recorder.ups).toBe(2), soon)
  }),

  offeredCard(
    'C187',
    'the end of its listen key or session is seen, and a new one opened',
    ({ target }) => target.endless_session !== true,
    async (h) => {
      const streaming = await h.withStream()
      await h.sim.fault('expire_listen_key', {}, streaming.account)
      await vi.waitFor(() => expect(streaming.recorder.ups).toBe(2), soon)
      expect(streaming.recorder.downs[0]?.cause).toMatch(/terminated|listen_key_expired/)
      await expectAlive(h, streaming)
    },
    // Nothing to renew, and no end to wait for.
    async (h) => {
      const { stream, recorder } = await h.withStream()
      expect([stream.listenKey(), stream.expiresAt()]).toEqual([null, null])
      await stream.keepAlive()
      expect(recorder.downs).toEqual([])
    },
  ),

  card('C188', 'the cut after a day, unprepared', async (h) => {
    const streaming = await h.withStream()
    await h.sim.advanceClock(25 * 60 * minute)
    await vi.waitFor(() => expect(streaming.recorder.ups).toBe(2), soon)
    await expectAlive(h, streaming)
  }),

  card(
    'C189',
    'the cut after a day is pre-empted: a second connection is up before the first goes, and no event is missing',
    async (h) => {
      // Long waits pass twenty thousand times faster: a day in four seconds.
      const hasty: Clock = {
        ...systemClock,
        after: (ms, fn) => systemClock.after(ms >= minute ? ms / 20_000 : ms, fn),
      }
      await vi.waitFor(async () => expect(await h.sim.privateConnections()).toBe(0), soon)
      const { exchange, account, who, recorder } = await h.withStream(hasty)
      const usual = await h.sim.privateConnections()
      let overlapped = false
      let round = 0
      await vi.waitFor(
        async () => {
          round += 1
          const side = round % 2 === 0 ? 'BUY' : 'SELL'
          await exchange.placeOrder(who, h.market({ side, quantity: '0.002' }))
          const now = await h.sim.privateConnections()
          overlapped ||= now > usual
          expect(overlapped && now === usual).toBe(true)
        },
        { timeout: 15_000, interval: 30 },
      )
      expect(recorder.downs).toEqual([])
      expect(recorder.ups).toBe(1)
      await vi.waitFor(() => h.expectLedger(account, recorder.events), soon)
    },
    25_000,
  ),

  card('C190', 'two accounts never hear each other', async (h) => {
    const { exchange, account, who, recorder } = await h.withStream()
    const other = await h.sim.account()
    const second = await h.follow(exchange, other.credentials)
    const [mine, theirs] = await Promise.all([
      exchange.placeOrder(who, h.market()),
      exchange.placeOrder(other.credentials, h.market({ side: 'SELL' })),
    ])
    await h.told(recorder, mine.order_id, 'FILLED')
    await h.told(second.recorder, theirs.order_id, 'FILLED')
    await vi.waitFor(() => h.expectLedger(account, recorder.events), soon)
    await vi.waitFor(() => h.expectLedger(other, second.recorder.events), soon)
    expect(recorder.order(theirs.order_id)).toBeUndefined()
    expect(second.recorder.order(mine.order_id)).toBeUndefined()
  }),

  card('C191', 'one account’s trouble does not touch the other', async (h) => {
    const { exchange, account, recorder } = await h.withStream()
    const other = await h.sim.account()
    const second = await h.follow(exchange, other.credentials)
    await h.sim.revoke(account.account_id)
    const { order_id } = await exchange.placeOrder(other.credentials, h.market())
    await h.told(second.recorder, order_id, 'FILLED')
    expect(recorder.order(order_id)).toBeUndefined()
  }),

  card('C192', 'close is final: nothing is told any more', async (h) => {
    const { exchange, who, recorder, stream } = await h.withStream()
    const witness = await h.follow(h.open(), who)
    stream.close()
    const told = [recorder.events.length, recorder.ups, recorder.downs.length]
    const { order_id } = await exchange.placeOrder(who, h.market())
    await h.told(witness.recorder, order_id, 'FILLED')
    expect([recorder.events.length, recorder.ups, recorder.downs.length]).toEqual(told)
    stream.close()
  }),

  card('C193', 'a key that was never good is not retried', async (h) => {
    const { exchange, who } = await h.setUp()
    const recorder = new Recorder()
    const stream = exchange.openStream({ ...who, api_key: [...who.api_key].reverse().join('') }, recorder)
    h.cleanup(() => stream.close())
    await vi.waitFor(() => expect(recorder.downs).toMatchObject([{ cause: 'auth', retrying: false }]), soon)
    expect(recorder.ups).toBe(0)
  }),

  card('C194', 'a key that dies is found by a keep-alive', async (h) => {
    const { account, recorder, stream } = await h.withStream()
    await expect(stream.keepAlive()).resolves.toBeUndefined()
    await h.sim.revoke(account.account_id)
    await expect(stream.keepAlive()).rejects.toMatchObject({ kind: 'auth' })
    await vi.waitFor(() => expect(recorder.downs.at(-1)).toMatchObject({ cause: 'auth', retrying: false }), soon)
  }),

  card('C195', 'an exchange that is away is tried again', async (h) => {
    const gone = await h.startExchange('off')
    const account = await h.controls(gone.url).account()
    const exchange = h.open({ url: gone.url })
    await gone.close()
    const recorder = new Recorder()
    const stream = exchange.openStream(account.credentials, recorder)
    h.cleanup(() => stream.close())
    await vi.waitFor(() => expect(recorder.downs).toMatchObject([{ cause: 'connect_failed', retrying: true }]), soon)
  }),
]
