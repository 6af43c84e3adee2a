import { setImmediate as turn } from 'node:timers/promises'
import { closeCodes, limits, type UserEvent } from '@tradercoin/protocol'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { firstRetryMs, longestRetryMs } from '../src/backoff.ts'
import { type Client, type ClientOptions, createClient } from '../src/client.ts'
import type { ConnectionState } from '../src/connection-state.ts'
import { probeTimeoutMs, readyTimeoutMs } from '../src/line.ts'
import { stableAfterMs } from '../src/realtime.ts'
import { eventually } from './eventually.ts'
import { balance, type FakeHub, type FakeLine, ready, snapshot, startFakeHub } from './fake-hub.ts'
import { createManualClock, type ManualClock } from './manual-clock.ts'

let hub: FakeHub
let clock: ManualClock
let client: Client
let tokens: { refresh: boolean }[]
let seen: number[]
let states: ConnectionState[]
let thrown: unknown[]

beforeEach(async () => {
  hub = await startFakeHub()
  clock = createManualClock()
  tokens = []
  seen = []
  states = []
  thrown = []
  client = makeClient()
})

afterEach(async () => {
  client.disconnect()
  await hub.close()
})

function makeClient(more: Partial<ClientOptions> = {}): Client {
  const made = createClient({
    baseUrl: hub.baseUrl,
    sessionId: 'tab-00000001',
    clock,
    getToken(options) {
      tokens.push({ refresh: options?.refresh === true })
      return `token-${tokens.length}`
    },
    onThrow: (error) => thrown.push(error),
    ...more,
  })
  made.onEvent(({ seq }) => seen.push(seq))
  made.onState((state) => states.push(state))
  return made
}

/** Waits until the client has told this state. */
async function reaches(status: ConnectionState['status'], of: Client = client): Promise<ConnectionState> {
  await eventually(() => expect(of.state.status).toBe(status))
  return of.state
}

async function accept(): Promise<{ line: FakeLine; auth: Awaited<ReturnType<FakeLine['messages']['next']>> }> {
  const line = await hub.lines.next()
  return { line, auth: await line.messages.next() }
}

/** A client that has its snapshot at `seq`. */
async function connected(seq = 0): Promise<FakeLine> {
  client.connect()
  const { line } = await accept()
  line.send(ready({ seq }))
  line.send(snapshot(seq))
  await heard(() => client.onSnapshot)
  return line
}

/** Resolves with the next thing handed out through one of the client's `on…`. */
function heard<T>(on: () => (fn: (value: T) => void) => () => void): Promise<T> {
  return new Promise((resolve) => {
    const stop = on()((value) => {
      stop()
      resolve(value)
    })
  })
}

/** Lets time pass until the pending retry begins. */
function retry() {
  clock.advance((client.state.nextRetryAt ?? Number.NaN) - clock.now())
}

describe('opening', () => {
  it('sends the token as the first message and never in the URL', async () => {
    client.connect()
    expect(client.state).toMatchObject({ status: 'connecting', attempt: 0, nextRetryAt: null, staleSince: null })
    const { line, auth } = await accept()
    expect(line.request.url).toBe('/api/v1/trading/ws?session_id=tab-00000001')
    expect(JSON.stringify(line.request.headers)).not.toContain('token-1')
    expect(auth).toEqual({ type: 'auth', data: { token: 'token-1' } })
    line.send(ready())
    expect(await reaches('connected')).toMatchObject({ session_id: 'tab-00000001', user_id: 7, attempt: 0 })
  })

  it('connects once however often it is asked', async () => {
    client.connect()
    client.connect()
    const { line } = await accept()
    line.send(ready())
    await reaches('connected')
    client.connect()
    line.send(snapshot(0))
    await heard(() => client.onSnapshot)
    expect(hub.open()).toBe(1)
  })

  it('gives up an attempt that never becomes ready, and tries again', async () => {
    client.connect()
    const { line } = await accept()
    clock.advance(readyTimeoutMs)
    expect(client.state).toMatchObject({ status: 'disconnected', attempt: 1, reason: { kind: 'timeout' } })
    await line.closed
    retry()
    await accept()
  })

  it('gives up a token that never comes, and ignores it when it does', async () => {
    const give: ((token: string) => void)[] = []
    client = makeClient({ getToken: () => new Promise((resolve) => give.push(resolve)) })
    client.connect()
    clock.advance(readyTimeoutMs)
    expect(client.state).toMatchObject({ status: 'disconnected', reason: { kind: 'timeout', final: false } })
    retry()
    expect(give).toHaveLength(2)
    give[0]?.('late')
    await turn()
    give[1]?.('now')
    const { auth } = await accept()
    expect(auth).toMatchObject({ data: { token: 'now' } })
    expect(hub.lines.size).toBe(0)
    expect(hub.open()).toBe(1)
  })

  it('retries when the token cannot be fetched', async () => {
    let fails = true
    client = makeClient({
      getToken: () => {
        if (fails) throw new Error('unplugged')
        return 'token'
      },
    })
    client.connect()
    expect(await reaches('disconnected')).toMatchObject({ attempt: 1, reason: { kind: 'network', final: false } })
    fails = false
    retry()
    await accept()
  })

  it('waits for a login when there is no token', async () => {
    client = makeClient({ getToken: () => null })
    client.connect()
    expect(await reaches('disconnected')).toMatchObject({
      nextRetryAt: null,
      reason: { kind: 'signed_out', final: true },
    })
    expect(clock.pending()).toEqual([])
  })
})

describe('events', () => {
  it('hands each event to its own handlers, once and in order', async () => {
    const line = await connected(41)
    const balances: [string, number][] = []
    client.onBalanceUpdate(({ total }, seq) => balances.push([total, seq]))
    const wrong = vi.fn()
    for (const on of [client.onOrderUpdate, client.onExecution, client.onPositionUpdate, client.onGap]) on(wrong)
    for (const seq of [42, 43, 43, 42, 44]) line.send(balance(seq))
    await eventually(() => expect(balances).toHaveLength(3))
    expect(balances).toEqual([
      ['42', 42],
      ['43', 43],
      ['44', 44],
    ])
    expect(seen).toEqual([42, 43, 44])
    expect(wrong).not.toHaveBeenCalled()
  })

  it('routes every type to its handler', async () => {
    const line = await connected()
    const got: string[] = []
    client.onOrderUpdate((_, seq) => got.push(`order ${seq}`))
    client.onExecution((_, seq) => got.push(`execution ${seq}`))
    client.onPositionUpdate((_, seq) => got.push(`position ${seq}`))
    client.onGap((_, seq) => got.push(`gap ${seq}`))
    client.onKeyStatus(({ state }) => got.push(`key ${state}`))
    client.onError(({ code }) => got.push(`error ${code}`))
    line.send({ type: 'order_update', seq: 1, data: {} })
    line.send({ type: 'execution', seq: 2, data: {} })
    line.send({ type: 'position_update', seq: 3, data: {} })
    line.send({ type: 'gap', seq: 4, data: {} })
    line.send({ type: 'key_status', data: { exchange_key_id: 1, state: 'live', reason: null, last_event_at: null } })
    line.send({ type: 'error', data: { code: 'bad_message', message: '' } })
    await eventually(() => expect(got).toHaveLength(6))
    expect(got).toEqual(['order 1', 'execution 2', 'position 3', 'gap 4', 'key live', 'error bad_message'])
  })

  it('resumes after a drop from the last applied event', async () => {
    const first = await connected(41)
    first.send(balance(42))
    await eventually(() => expect(seen).toEqual([42]))
    first.terminate()
    await reaches('disconnected')
    expect(client.state.staleSince).toBe(clock.now())
    retry()
    const { line, auth } = await accept()
    expect(auth).toEqual({ type: 'auth', data: { token: 'token-2', resume: { epoch: 'e1', seq: 42 } } })
    line.send(ready({ seq: 44, recovered: true }))
    await reaches('connected')
    expect(client.state.staleSince).not.toBeNull()
    for (const seq of [42, 43, 44]) line.send(balance(seq))
    await eventually(() => expect(client.state.staleSince).toBeNull())
    expect(seen).toEqual([42, 43, 44])
  })

  it('is live at once when nothing was missed', async () => {
    const first = await connected(5)
    first.close(closeCodes.goingAway)
    await reaches('disconnected')
    retry()
    const { line } = await accept()
    line.send(ready({ seq: 5, recovered: true }))
    expect(await reaches('connected')).toMatchObject({ staleSince: null })
  })

  it('starts anew from a snapshot when the log cannot be resumed', async () => {
    const first = await connected(41)
    first.terminate()
    await reaches('disconnected')
    retry()
    const { line } = await accept()
    const whole = heard(() => client.onSnapshot)
    line.send(ready({ epoch: 'e2', seq: 3 }))
    // Before the snapshot nothing can be placed.
    line.send(balance(42))
    line.send(snapshot(3, 'e2'))
    line.send(balance(4))
    expect(await whole).toMatchObject({ epoch: 'e2', seq: 3 })
    await eventually(() => expect(seen).toEqual([4]))
    expect(client.state.staleSince).toBeNull()
    line.terminate()
    await reaches('disconnected')
    retry()
    expect((await accept()).auth).toMatchObject({ data: { resume: { epoch: 'e2', seq: 4 } } })
  })

  it('reconnects and resumes when an event is missing', async () => {
    const first = await connected(0)
    first.send(balance(1))
    first.send(balance(3))
    expect(await first.closed).toEqual({ code: closeCodes.gap })
    expect(seen).toEqual([1])
    expect(client.state).toMatchObject({ status: 'disconnected', reason: { kind: 'gap' } })
    retry()
    const { line, auth } = await accept()
    expect(auth).toMatchObject({ data: { resume: { epoch: 'e1', seq: 1 } } })
    line.send(ready({ seq: 3, recovered: true }))
    for (const seq of [2, 3]) line.send(balance(seq))
    await eventually(() => expect(seen).toEqual([1, 2, 3]))
  })

  it('asks for a snapshot when resuming keeps missing events', async () => {
    let line = await connected(0)
    for (let round = 0; round < 3; round++) {
      line.send(balance(2))
      await line.closed
      retry()
      const next = await accept()
      line = next.line
      if (round < 2) {
        expect(next.auth).toMatchObject({ data: { resume: { seq: 0 } } })
        line.send(ready({ seq: 2, recovered: true }))
      } else expect(next.auth.data).not.toHaveProperty('resume')
    }
    expect(seen).toEqual([])
  })

  it('is ready once: a second `ready` changes nothing', async () => {
    const line = await connected(5)
    line.send(ready({ seq: 9 }))
    line.send(balance(6))
    await eventually(() => expect(seen).toEqual([6]))
  })

  it('refuses a recovery that does not fit what it asked for', async () => {
    const first = await connected(9)
    first.terminate()
    await reaches('disconnected')
    retry()
    const { line } = await accept()
    line.send(ready({ epoch: 'other', seq: 12, recovered: true }))
    await line.closed
    retry()
    expect((await accept()).auth.data).not.toHaveProperty('resume')
  })

  it('notices by the heartbeats that it stands still behind the log', async () => {
    const line = await connected(0)
    const beat = (seq: number) => line.send({ type: 'heartbeat', data: { ts: 1, seq, keys: [] } })
    beat(1)
    line.send(balance(1))
    beat(2)
    line.send(balance(2))
    beat(3)
    beat(3)
    expect(await line.closed).toEqual({ code: closeCodes.gap })
    expect(seen).toEqual([1, 2])
  })

  it('counts events of a type it does not know, and ignores other unknown messages', async () => {
    const line = await connected(0)
    line.send({ type: 'transfer_update', seq: 1, data: {} })
    line.send({ type: 'order_book', data: { bids: [] } })
    line.send(balance(2))
    await eventually(() => expect(seen).toEqual([2]))
    expect(client.state.status).toBe('connected')
  })

  it('reconnects after a frame that cannot be read', async () => {
    const line = await connected(0)
    line.send('{"type":"balance_update","seq":1,')
    expect(await line.closed).toEqual({ code: 1006 })
    retry()
    expect((await accept()).auth).toMatchObject({ data: { resume: { seq: 0 } } })
  })

  it('keeps two tabs of a user apart', async () => {
    const first = await connected(0)
    const otherSeen: number[] = []
    const other = makeClient({ sessionId: 'tab-00000002' })
    other.onEvent(({ seq }) => otherSeen.push(seq))
    other.connect()
    const { line: second } = await accept()
    second.send(ready())
    second.send(snapshot(0))
    for (const line of [first, second]) line.send(balance(1))
    first.terminate()
    await reaches('disconnected')
    second.send(balance(2))
    await eventually(() => expect(otherSeen).toEqual([1, 2]))
    expect(client.state.status).toBe('disconnected')
    expect(other.state.status).toBe('connected')
    other.disconnect()
  })

  it('takes the log of another user from its own beginning', async () => {
    const first = await connected(9)
    first.terminate()
    await reaches('disconnected')
    retry()
    const { line } = await accept()
    line.send(ready({ user_id: 8, seq: 9, recovered: true }))
    await line.closed
    retry()
    expect((await accept()).auth.data).not.toHaveProperty('resume')
  })
})

describe('close codes', () => {
  it.each([1006, 1001, 1011, 4000, 4008, 4010, 4029])('%i: reconnects and resumes', async (code) => {
    const line = await connected(3)
    if (code === 1006) line.terminate()
    else line.close(code)
    const state = await reaches('disconnected')
    expect(state).toMatchObject({ reason: { code, final: false } })
    expect(state.nextRetryAt).not.toBeNull()
    retry()
    expect((await accept()).auth).toMatchObject({ data: { resume: { epoch: 'e1', seq: 3 } } })
  })

  it('4029: waits longer than for a drop', async () => {
    const line = await connected(3)
    line.close(4029)
    const state = await reaches('disconnected')
    expect((state.nextRetryAt ?? 0) - clock.now()).toBeGreaterThan(5_000)
  })

  it('4011: refreshes the token and reconnects at once', async () => {
    const line = await connected(3)
    line.close(4011)
    const { auth } = await accept()
    expect(auth).toMatchObject({ data: { token: 'token-2', resume: { seq: 3 } } })
    expect(tokens).toEqual([{ refresh: false }, { refresh: true }])
  })

  it('4011 again and again: backs off instead of spinning', async () => {
    client.connect()
    const first = await accept()
    first.line.close(4011)
    const second = await accept()
    second.line.close(4011)
    expect(await reaches('disconnected')).toMatchObject({ attempt: 1, reason: { code: 4011 } })
  })

  it.each([4502, 4503, 4504, 4505, 1008, 1009])('%i: stops and says why', async (code) => {
    const line = await connected(3)
    line.close(code)
    const state = await reaches('disconnected')
    expect(state).toMatchObject({ nextRetryAt: null, reason: { code, final: true } })
    expect(state.status === 'disconnected' && state.reason?.message).toMatch(/\w+ \w+.*\.$/)
    expect(clock.pending()).toEqual([])
    client.connect()
    expect((await accept()).auth).toMatchObject({ data: { resume: { seq: 3 } } })
  })

  it('4501: tries once more with a new token, and stops when that is refused too', async () => {
    client.connect()
    const first = await accept()
    first.line.close(4501)
    const second = await accept()
    expect(second.auth).toMatchObject({ data: { token: 'token-2' } })
    second.line.close(4501)
    await eventually(() =>
      expect(client.state).toMatchObject({ status: 'disconnected', reason: { code: 4501, final: true } }),
    )
    expect(clock.pending()).toEqual([])
  })

  it('4501: does not try again with the same token', async () => {
    client = makeClient({ getToken: () => 'the only one' })
    client.connect()
    const { line } = await accept()
    line.close(4501)
    await eventually(() =>
      expect(client.state).toMatchObject({ status: 'disconnected', reason: { code: 4501, final: true } }),
    )
    expect(hub.lines.size).toBe(0)
    expect(clock.pending()).toEqual([])
  })

  it('sends a new token when the hub asks for it', async () => {
    const line = await connected(3)
    line.send({ type: 'reauth', data: { expires_at: clock.now() + limits.reauthLeadMs } })
    expect(await line.messages.next()).toEqual({ type: 'reauth', data: { token: 'token-2' } })
    expect(tokens.at(-1)).toEqual({ refresh: true })
  })
})

describe('retries', () => {
  it('waits up to 250 ms first, then twice as long each time up to 30 s, for ever', async () => {
    hub.isDown = true
    client.connect()
    const delays: number[] = []
    for (let attempt = 1; attempt <= 12; attempt++) {
      await eventually(() => expect(client.state).toMatchObject({ status: 'disconnected', attempt }))
      delays.push((client.state.nextRetryAt ?? 0) - clock.now())
      if (attempt < 12) retry()
    }
    for (const [index, delay] of delays.entries()) {
      const longest = Math.min(longestRetryMs, firstRetryMs * 2 ** index)
      expect(delay).toBeLessThanOrEqual(longest)
      expect(delay).toBeGreaterThan(longest * 0.99)
    }
    hub.isDown = false
    retry()
    const { line } = await accept()
    line.send(ready())
    await reaches('connected')
  })

  it('counts from the beginning again once a connection has lasted', async () => {
    hub.isDown = true
    client.connect()
    await eventually(() => expect(client.state.attempt).toBe(1))
    retry()
    await eventually(() => expect(client.state).toMatchObject({ status: 'disconnected', attempt: 2 }))
    hub.isDown = false
    retry()
    const flapping = await accept()
    flapping.line.send(ready())
    await reaches('connected')
    flapping.line.terminate()
    expect(await reaches('disconnected')).toMatchObject({ attempt: 3 })
    retry()
    const { line } = await accept()
    line.send(ready())
    await reaches('connected')
    clock.advance(stableAfterMs)
    line.terminate()
    expect(await reaches('disconnected')).toMatchObject({ attempt: 1 })
  })

  it('stops when told to, at any moment', async () => {
    client.connect()
    client.disconnect()
    expect(client.state).toMatchObject({ status: 'disconnected', nextRetryAt: null, reason: null })
    const line = await connected(0)
    client.disconnect()
    expect(await line.closed).toEqual({ code: 1000 })
    client.connect()
    const again = await accept()
    again.line.terminate()
    await eventually(() => expect(client.state.nextRetryAt).not.toBeNull())
    client.disconnect()
    clock.advance(10 * longestRetryMs)
    expect(client.state).toMatchObject({ status: 'disconnected', nextRetryAt: null })
    expect(clock.pending()).toEqual([])
    await eventually(() => expect(hub.open()).toBe(0))
  })

  it('tries at once when asked to connect while waiting', async () => {
    const line = await connected(0)
    line.terminate()
    await reaches('disconnected')
    client.connect()
    await accept()
  })
})

describe('silence', () => {
  it('is stale after 1.5 heartbeats without a frame, and reconnects', async () => {
    const line = await connected(3)
    const heardAt = clock.now()
    clock.advance(7_499)
    expect(client.state.status).toBe('connected')
    clock.advance(1)
    expect(client.state).toMatchObject({ status: 'disconnected', staleSince: heardAt, reason: { kind: 'stale' } })
    await line.closed
    retry()
    const next = await accept()
    expect(client.state.staleSince).toBe(heardAt)
    next.line.send(ready({ seq: 3, recovered: true }))
    expect(await reaches('connected')).toMatchObject({ staleSince: null })
  })

  it('takes any frame as a sign of life', async () => {
    const line = await connected(0)
    for (let beat = 0; beat < 5; beat++) {
      clock.advance(5_000)
      const heartbeat = heard(() => client.onState)
      line.send({ type: 'heartbeat', data: { ts: 1, seq: 0, keys: [] } })
      await heartbeat
    }
    expect(client.state).toMatchObject({ status: 'connected', staleSince: null })
  })

  it('tells the state of each key from snapshot, key_status and heartbeats', async () => {
    const line = await connected(0)
    line.send({ type: 'key_status', data: { exchange_key_id: 2, state: 'syncing', reason: 'later', last_event_at: 5 } })
    line.send({ type: 'key_status', data: { exchange_key_id: 1, state: 'live', reason: null, last_event_at: 4 } })
    await eventually(() => expect(client.state.keys).toHaveLength(2))
    const keys = [
      { exchange_key_id: 1, state: 'stale', age_ms: 900 },
      { exchange_key_id: 2, state: 'syncing', age_ms: null },
    ]
    line.send({ type: 'heartbeat', data: { ts: 1, seq: 0, keys } })
    await eventually(() => expect(client.state.keys[0]?.state).toBe('stale'))
    expect(client.state.keys).toEqual([
      { exchange_key_id: 1, state: 'stale', age_ms: 900, reason: null, last_event_at: 4 },
      { exchange_key_id: 2, state: 'syncing', age_ms: null, reason: 'later', last_event_at: 5 },
    ])
  })
})

describe('waking up', () => {
  let page: EventTarget & { visibilityState: string }
  const wake = () => page.dispatchEvent(new Event('visibilitychange'))

  beforeEach(() => {
    page = Object.assign(new EventTarget(), { visibilityState: 'visible' })
    vi.stubGlobal('document', page)
  })
  afterEach(() => vi.unstubAllGlobals())

  it('retries at once', async () => {
    const line = await connected(0)
    line.terminate()
    await reaches('disconnected')
    page.visibilityState = 'hidden'
    wake()
    expect(client.state.status).toBe('disconnected')
    page.visibilityState = 'visible'
    wake()
    expect(client.state.status).toBe('connecting')
    await accept()
  })

  it('knows at once that a long sleep left it stale', async () => {
    await connected(0)
    const heardAt = clock.now()
    clock.sleep(3_600_000)
    wake()
    expect(client.state).toMatchObject({ status: 'disconnected', staleSince: heardAt, reason: { kind: 'stale' } })
  })

  it('asks for a sign of life after a short one', async () => {
    const line = await connected(0)
    clock.sleep(2_000)
    wake()
    wake()
    expect(await line.messages.next()).toEqual({ type: 'ping' })
    line.send({ type: 'pong' })
    line.send(balance(1))
    await eventually(() => expect(seen).toEqual([1]))
    clock.advance(probeTimeoutMs)
    expect(client.state.status).toBe('connected')
    wake()
    await line.messages.next()
    clock.advance(probeTimeoutMs)
    expect(client.state).toMatchObject({ status: 'disconnected', reason: { kind: 'stale' } })
    expect(line.messages.size).toBe(0)
  })

  it('leaves no listener behind', async () => {
    const added = vi.spyOn(page, 'addEventListener')
    const removed = vi.spyOn(page, 'removeEventListener')
    for (let round = 0; round < 20; round++) {
      client.connect()
      client.disconnect()
    }
    expect(added).toHaveBeenCalledTimes(20)
    expect(removed).toHaveBeenCalledTimes(20)
    wake()
    expect(client.state.status).toBe('disconnected')
  })
})

describe('handlers', () => {
  it('that throw do not disturb the others or the order', async () => {
    const line = await connected(0)
    client.onEvent(() => {
      throw new Error('mine')
    })
    const later: number[] = []
    client.onEvent(({ seq }: UserEvent) => later.push(seq))
    for (const seq of [1, 2]) line.send(balance(seq))
    await eventually(() => expect(later).toEqual([1, 2]))
    expect(thrown).toHaveLength(2)
  })

  it('may end the connection: nothing is handed out after that', async () => {
    const line = await connected(0)
    client.onEvent(() => client.disconnect())
    for (const seq of [1, 2, 3]) line.send(balance(seq))
    await line.closed
    expect(seen).toEqual([1])
    expect(client.state.status).toBe('disconnected')
  })

  it('leave nothing behind after 1,000 subscriptions and their ends', async () => {
    const line = await connected(0)
    const names = Object.keys(client).filter((name) => /^on[A-Z]/.test(name)) as 'onEvent'[]
    expect(names.length).toBeGreaterThanOrEqual(10)
    const called = vi.fn()
    const pending = clock.pending().length
    for (let cycle = 0; cycle < 1_000; cycle++) {
      for (const name of names) {
        const stop = client[name](called)
        stop()
        stop()
      }
    }
    line.send(balance(1))
    await eventually(() => expect(seen).toEqual([1]))
    expect(called).not.toHaveBeenCalled()
    expect(clock.pending().length).toBe(pending)
  })

  it('that are the same function twice are two subscriptions', async () => {
    const line = await connected(0)
    const called = vi.fn()
    const stop = client.onEvent(called)
    client.onEvent(called)
    line.send(balance(1))
    await eventually(() => expect(called).toHaveBeenCalledTimes(2))
    stop()
    line.send(balance(2))
    await eventually(() => expect(called).toHaveBeenCalledTimes(3))
  })
})

it('1,000 connections and their ends leave no socket and no timer', async () => {
  for (let cycle = 0; cycle < 1_000; cycle++) {
    client.connect()
    if (cycle % 100 === 0) {
      const { line } = await accept()
      line.send(ready())
      await reaches('connected')
    }
    client.disconnect()
  }
  expect(clock.pending()).toEqual([])
  await eventually(() => expect(hub.open()).toBe(0))
})
