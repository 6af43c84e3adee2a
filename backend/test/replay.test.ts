import { limits } from '@tradercoin/protocol'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { bookBalances, startHub, storeKey, type TestHub, type TestUser } from './support/hub.ts'
import { liveTab, TestTab } from './support/tab.ts'

const range = (from: number, to: number) => Array.from({ length: to - from + 1 }, (_, index) => from + index)

let hub: TestHub
beforeAll(async () => {
  hub = await startHub({ overrides: { hub: { heartbeatMs: 1_000 } } })
})
afterAll(() => hub.close())

async function userWithKey(): Promise<{ user: TestUser; keyId: number }> {
  const user = await hub.newUser()
  return { user, keyId: await storeKey(hub, user.id) }
}

describe('a tab as a cursor', () => {
  it('starts with a snapshot at its exact position and goes on live', async () => {
    const { user, keyId } = await userWithKey()
    await bookBalances(hub, user.id, keyId, [1, 2, 3])
    const tab = await liveTab(hub.url, user.token, { sessionId: 'my-tab-0001' })
    const ready = await tab.message('ready')
    expect(ready.data).toMatchObject({
      session_id: 'my-tab-0001',
      user_id: user.id,
      seq: 3,
      recovered: false,
      protocol: 1,
    })
    const { data } = await tab.message('snapshot')
    expect(data).toMatchObject({ seq: 3, epoch: ready.data.epoch, orders: [], positions: [] })
    expect(data.balances.map(({ total }) => total)).toEqual(['3'])
    expect(data.keys).toMatchObject([{ exchange_key_id: keyId, state: 'stopped' }])
    await bookBalances(hub, user.id, keyId, [4, 5])
    await tab.seq(5)
    expect(tab.seqs).toEqual([4, 5])
    tab.end()
  })

  it('resumes with exactly what it missed, again and again, while events flow', async () => {
    const { user, keyId } = await userWithKey()
    await bookBalances(hub, user.id, keyId, range(1, 10))
    let tab = await liveTab(hub.url, user.token)
    const { epoch } = (await tab.message('ready')).data
    let last = (await tab.message('snapshot')).data.seq
    tab.end()
    let next = 11
    for (let round = 0; round < 10; round++) {
      await bookBalances(hub, user.id, keyId, range(next, next + 6))
      const flowing = bookBalances(hub, user.id, keyId, range(next + 7, next + 12))
      tab = await liveTab(hub.url, user.token, { resume: { epoch, seq: last } })
      expect((await tab.message('ready')).data.recovered).toBe(true)
      await flowing
      next += 13
      await tab.seq(next - 1)
      expect(tab.seqs).toEqual(range(last + 1, next - 1))
      expect(tab.messages.some(({ type }) => type === 'snapshot')).toBe(false)
      last = next - 1
      tab.end()
    }
  })

  it('is recovered at the head with nothing to follow', async () => {
    const { user, keyId } = await userWithKey()
    await bookBalances(hub, user.id, keyId, [1, 2])
    const first = await liveTab(hub.url, user.token)
    const { epoch } = (await first.message('ready')).data
    const tab = await liveTab(hub.url, user.token, { resume: { epoch, seq: 2 } })
    expect((await tab.message('ready')).data).toMatchObject({ recovered: true, seq: 2 })
    await tab.message('heartbeat')
    expect(tab.seqs).toEqual([])
    first.end()
    tab.end()
  })

  it.each([
    ['a foreign epoch', { epoch: 'ffffffffffffffff', seq: 1 }],
    ['the future', { seq: 99 }],
    ['a negative seq', { seq: -1 }],
    ['half a seq', { seq: 1.5 }],
    ['a huge seq', { seq: 1e300 }],
  ])('gets a snapshot, never a part, when it resumes from %s', async (_what, resume) => {
    const { user, keyId } = await userWithKey()
    await bookBalances(hub, user.id, keyId, [1, 2])
    const first = await liveTab(hub.url, user.token)
    const { epoch } = (await first.message('ready')).data
    const tab = await liveTab(hub.url, user.token, { resume: { epoch, ...resume } })
    expect((await tab.message('ready')).data.recovered).toBe(false)
    expect((await tab.message('snapshot')).data.seq).toBe(2)
    first.end()
    tab.end()
  })

  it('gets a snapshot when what follows is pruned', async () => {
    const { user, keyId } = await userWithKey()
    await bookBalances(hub, user.id, keyId, range(1, 20))
    const first = await liveTab(hub.url, user.token)
    const { epoch } = (await first.message('ready')).data
    first.end()
    await hub.store.writer.run('pruneEvents', { keep_events: 5, keep_ms: 0, limit: 1_000 })
    const late = await liveTab(hub.url, user.token, { resume: { epoch, seq: 14 } })
    expect((await late.message('ready')).data.recovered).toBe(false)
    const intime = await liveTab(hub.url, user.token, { resume: { epoch, seq: 15 } })
    await intime.seq(20)
    expect(intime.seqs).toEqual(range(16, 20))
    late.end()
    intime.end()
  })

  it('resumes after 10,000 events, in order and whole', async () => {
    const { user, keyId } = await userWithKey()
    const first = await liveTab(hub.url, user.token)
    const { epoch } = (await first.message('ready')).data
    first.end()
    await bookBalances(hub, user.id, keyId, range(1, 10_000))
    const tab = await liveTab(hub.url, user.token, { resume: { epoch, seq: 0 } })
    await bookBalances(hub, user.id, keyId, range(10_001, 10_050))
    await tab.seq(10_050)
    expect(tab.seqs).toEqual(range(1, 10_050))
    tab.end()
  }, 60_000)

  it('tells each tab its own position in heartbeats, and the state of every key', async () => {
    const { user, keyId } = await userWithKey()
    await bookBalances(hub, user.id, keyId, [1])
    const tab = await liveTab(hub.url, user.token)
    const { data } = await tab.message('heartbeat')
    expect(data).toMatchObject({ seq: 1, keys: [{ exchange_key_id: keyId, state: 'stopped', age_ms: null }] })
    expect(Math.abs(data.ts - Date.now())).toBeLessThan(5_000)
    tab.end()
  })
})

describe('tabs of one user', () => {
  it('all get the same events once, at any mixture of arriving and leaving', async () => {
    const { user, keyId } = await userWithKey()
    const tabs = await Promise.all(range(1, 12).map(() => liveTab(hub.url, user.token)))
    const flowing = (async () => {
      for (let next = 1; next <= 400; next += 8) await bookBalances(hub, user.id, keyId, range(next, next + 7))
    })()
    const late = await Promise.all(range(1, 6).map(() => liveTab(hub.url, user.token)))
    await flowing
    for (const tab of tabs) {
      await tab.seq(400)
      expect(tab.seqs).toEqual(range(1, 400))
    }
    for (const tab of late) {
      const from = (await tab.message('snapshot')).data.seq
      if (from < 400) await tab.seq(400)
      expect(tab.seqs).toEqual(range(from + 1, 400))
    }
    for (const tab of [...tabs, ...late]) tab.end()
  })
})

describe('a reader that does not read', () => {
  it('is closed with 4008 at 1 MiB, hurts nobody else, and resumes without loss', async () => {
    const { user, keyId } = await userWithKey()
    const stuck = await liveTab(hub.url, user.token)
    const { epoch } = (await stuck.message('ready')).data
    const reading = await liveTab(hub.url, user.token)
    stuck.socket.pause()
    const { metrics } = hub.hub.deps
    const closedSlow = async () =>
      (await metrics.tabClosed.get()).values.find(({ labels }) => `${labels.code}` === '4008')?.value ?? 0
    const before = await closedSlow()
    let next = 1
    let slowest = 0
    // A long asset name makes the frames big, so that the buffers of the machine fill soon.
    const asset = 'X'.repeat(20_000)
    while ((await closedSlow()) === before) {
      const from = Date.now()
      await bookBalances(hub, user.id, keyId, range(next, next + 49), asset)
      next += 50
      await reading.seq(next - 1)
      slowest = Math.max(slowest, Date.now() - from)
      expect(next).toBeLessThan(5_000)
    }
    expect(slowest).toBeLessThan(2_000)
    await bookBalances(hub, user.id, keyId, range(next, next + 49), asset)
    next += 50
    await reading.seq(next - 1)
    stuck.socket.resume()
    expect(await stuck.closed(30_000)).toBe(4008)
    const last = stuck.seqs.at(-1) ?? 0
    expect(stuck.seqs).toEqual(range(1, last))
    expect(last).toBeLessThan(next - 1)
    const again = await liveTab(hub.url, user.token, { resume: { epoch, seq: last } })
    await again.seq(next - 1)
    expect(again.seqs).toEqual(range(last + 1, next - 1))
    expect(reading.seqs).toEqual(range(1, next - 1))
    for (const tab of [stuck, reading, again]) tab.end()
  }, 90_000)

  it('may be slow to take its replay: that is no offence', async () => {
    const { user, keyId } = await userWithKey()
    const first = await liveTab(hub.url, user.token)
    const { epoch } = (await first.message('ready')).data
    first.end()
    await bookBalances(hub, user.id, keyId, range(1, 600), 'Y'.repeat(20_000))
    const slow = new TestTab(hub.url, { token: user.token, resume: { epoch, seq: 0 } })
    await slow.message('ready')
    for (let wanted = 50; wanted <= 600; wanted += 50) {
      slow.socket.pause()
      await bookBalances(hub, user.id, keyId, [600 + wanted])
      slow.socket.resume()
      await slow.seq(wanted)
    }
    await slow.seq(612)
    expect(slow.seqs).toEqual(range(1, 612))
    expect(slow.closeCode).toBeNull()
    expect(limits.maxQueueBytes).toBeLessThan(600 * 20_000)
    slow.end()
  }, 60_000)
})
