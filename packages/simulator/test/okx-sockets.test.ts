import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from 'vitest'
import type { Simulator } from '../src/index.ts'
import { ledger, sim, start, type TestSocket } from './harness.ts'
import {
  loginArgs,
  type OkxUser,
  okx,
  okxPrice,
  okxPublic,
  okxSocket,
  okxStream,
  okxUser,
  pushes,
  say,
} from './okx-client.ts'

describe('OKX keys and requests', () => {
  let simulator: Simulator
  let user: OkxUser
  beforeAll(async () => {
    simulator = await start()
    user = await okxUser(simulator)
  })
  afterAll(() => simulator.close())
  const config = (headers: Record<string, string> = {}, who = user) =>
    okx(simulator, who, 'GET', 'account/config', undefined, headers)
  const answer = async (headers: Record<string, string>, who = user) => {
    const { status, body } = await config(headers, who)
    return [status, body.code]
  }

  it('come with a passphrase and never with a public key', async () => {
    expect(user.passphrase).not.toBe('')
    expect((await config()).body.data[0]).toMatchObject({
      uid: user.uid,
      perm: 'read_only,trade',
      posMode: 'net_mode',
      ip: '',
    })
    const pem = await sim(simulator, 'POST', '/sim/accounts', {
      exchange: 'okx',
      trading_mode: 'spot',
      public_key: 'x',
    })
    expect(pem.status).toBe(400)
  })

  it('fail with the code and status for what is wrong', async () => {
    const old = { 'OK-ACCESS-TIMESTAMP': new Date(Date.now() - 31_000).toISOString() }
    const stranger = { ...user, api_key: 'nobody0000' }
    expect([
      await answer({ 'OK-ACCESS-KEY': '' }),
      await answer({ 'OK-ACCESS-PASSPHRASE': '' }),
      await answer({ 'OK-ACCESS-SIGN': '' }),
      await answer({ 'OK-ACCESS-TIMESTAMP': '' }),
      await answer({ 'OK-ACCESS-KEY': 'not a key!' }),
      await answer({ 'OK-ACCESS-TIMESTAMP': '1795336000' }),
      await answer(old),
      await answer({ 'OK-ACCESS-PASSPHRASE': 'wrong' }),
      await answer({ 'OK-ACCESS-SIGN': 'wrong' }),
      await answer({}, stranger),
    ]).toEqual([
      [400, '50103'],
      [400, '50104'],
      [400, '50106'],
      [400, '50107'],
      [401, '50111'],
      [401, '50112'],
      [401, '50102'],
      [401, '50105'],
      [401, '50113'],
      [200, '50119'],
    ])
  })

  it('belong to their environment, addresses and permissions where they are told', async () => {
    const demo = await okxUser(simulator, { environment: 'demo' })
    const live = await okxUser(simulator, { environment: 'live' })
    const simulated = { 'x-simulated-trading': '1' }
    expect([
      await answer({}, demo),
      await answer(simulated, demo),
      await answer(simulated, live),
      await answer({}, live),
      await answer(simulated, user),
    ]).toEqual([
      [401, '50101'],
      [200, '0'],
      [401, '50101'],
      [200, '0'],
      [200, '0'],
    ])
    expect(await answer({}, await okxUser(simulator, { ips: ['203.0.113.7'] }))).toEqual([401, '50110'])
    const reader = await okxUser(simulator, { permissions: ['read'] })
    expect((await config({}, reader)).body.data[0].perm).toBe('read_only')
    expect((await okx(simulator, reader, 'POST', 'trade/order', {})).body.code).toBe('50120')
  })

  it('are limited per endpoint', async () => {
    const one = await okxUser(simulator)
    const codes = await Promise.all(Array.from({ length: 6 }, () => config({}, one)))
    expect(codes.map(({ status }) => status).sort()).toEqual([200, 200, 200, 200, 200, 429])
    expect(codes.find(({ status }) => status === 429)?.body.code).toBe('50011')
  })
})

describe('OKX sockets', () => {
  let simulator: Simulator
  beforeAll(async () => {
    simulator = await start({ limits: 'off' })
  })
  afterAll(() => simulator.close())
  afterEach(() => {
    vi.useRealTimers()
  })
  const first = async (socket: TestSocket, event: string) => (await socket.until((frame) => frame.event === event))[0]

  it('answer ping with pong, and anything odd with an error', async () => {
    const socket = await okxSocket(simulator, 'private')
    say(socket, 'ping')
    expect(await socket.untilTexts(1)).toEqual(['pong'])
    say(socket, 'nonsense')
    expect((await first(socket, 'error')).code).toBe('60012')
    say(socket, { id: 'x1', op: 'subscribe', args: [{ channel: 'orders', instType: 'ANY' }] })
    expect((await socket.until((frame) => frame.id === 'x1'))[0]).toMatchObject({ event: 'error', code: '60011' })
    await socket.close()
  })

  it('log in one account, and say why they do not', async () => {
    const user = await okxUser(simulator)
    const now = Math.floor(Date.now() / 1000)
    const attempt = async (args: object[], path: 'private' | 'public' = 'private') => {
      const socket = await okxSocket(simulator, path)
      say(socket, { op: 'login', args })
      const [frame] = await socket.until((each) => each.event === 'error' || each.event === 'login')
      const fatal = ['60032', '60024', '60007'].includes(frame.code)
      if (fatal) expect((await socket.closed).code).toBe(4001)
      else await socket.close()
      return frame.code
    }
    const right = loginArgs(user)
    expect([
      await attempt([{ ...right, apiKey: '' }]),
      await attempt([{ ...right, timestamp: new Date().toISOString() }]),
      await attempt([loginArgs(user, String(now - 60))]),
      await attempt([{ ...right, apiKey: 'nobody0000' }]),
      await attempt([{ ...right, passphrase: 'wrong' }]),
      await attempt([{ ...right, sign: 'wrong' }]),
      await attempt([right, right]),
      await attempt([right], 'public'),
      await attempt([right]),
    ]).toEqual(['60001', '60004', '60006', '60032', '60024', '60007', '60031', '60008', '0'])
    const socket = await okxStream(simulator, user)
    say(socket, { op: 'login', args: [loginArgs(await okxUser(simulator))] })
    expect((await first(socket, 'error')).code).toBe('60031')
    await socket.close()
  })

  it('take a channel where it belongs, count its connections, and end one too many', async () => {
    const user = await okxUser(simulator)
    const socket = await okxStream(simulator, user)
    const refused = async (arg: object) => {
      const id = `r${socket.texts.length}`
      say(socket, { id, op: 'subscribe', args: [arg] })
      return (await socket.until((frame) => frame.id === id))[0].code
    }
    expect([
      await refused({ channel: 'orders-algo', instType: 'ANY' }),
      await refused({ channel: 'fills' }),
      await refused({ channel: 'orders', instType: 'ANY', instId: 'FOO-BAR' }),
      await refused({ channel: 'never' }),
      await refused({ channel: 'books', instId: 'BTC-USDT' }),
      await refused({ channel: 'account', extraParams: '{' }),
    ]).toEqual(['64001', '64003', '60018', '60018', '60018', '60013'])
    expect(socket.frames.find((frame) => frame.event === 'channel-conn-count')).toMatchObject({ connCount: '1' })
    const more = await Promise.all(Array.from({ length: 29 }, () => okxStream(simulator, user)))
    const late = await okxSocket(simulator, 'private')
    say(late, { op: 'login', args: [loginArgs(user)] })
    await first(late, 'login')
    say(late, { op: 'subscribe', args: [{ channel: 'orders', instType: 'ANY' }] })
    await first(late, 'subscribe')
    expect(await first(late, 'channel-conn-count-error')).toMatchObject({ channel: 'orders', connCount: '30' })
    for (const each of [socket, late, ...more]) await each.close()
  })

  it('send long snapshots in pages, and changes without them', async () => {
    const balances = Object.fromEntries(Array.from({ length: 150 }, (_, i) => [`COIN${i}`, '1']))
    const user = await okxUser(simulator, { balances })
    const socket = await okxStream(simulator, user)
    const pages = await socket.until((frame) => frame.arg?.channel === 'account' && frame.eventType === 'snapshot', 2)
    expect(pages.map(({ curPage, lastPage, data }) => [curPage, lastPage, data[0].details.length])).toEqual([
      [1, false, 100],
      [2, true, 50],
    ])
    await sim(simulator, 'POST', '/sim/transfer', { account_id: user.account_id, asset: 'COIN7', amount: '2.5' })
    const [update] = await socket.until((frame) => frame.eventType === 'event_update')
    expect(update.curPage).toBeUndefined()
    expect(update.data[0].details).toMatchObject([{ ccy: 'COIN7', cashBal: '3.5' }])
    expect(
      (await pushes(socket, 'balance_and_position', (row) => row.eventType === 'transferred'))[0].balData,
    ).toMatchObject([{ ccy: 'COIN7', cashBal: '3.5' }])
    await socket.close()
  })

  it('tell of an upgrade before they close; a deleted key closes its own at once', async () => {
    const user = await okxUser(simulator)
    const socket = await okxStream(simulator, user)
    const business = await okxStream(simulator, user, 'business')
    const fault = { kind: 'service_upgrade_notice', account_id: user.account_id, close_after_ms: 20 }
    await sim(simulator, 'POST', '/sim/faults', fault)
    expect(await first(socket, 'notice')).toMatchObject({ code: '64008' })
    await Promise.all([socket.closed, business.closed])
    expect(business.frames.some((frame) => frame.event === 'notice')).toBe(false)
    const again = await okxStream(simulator, user)
    await sim(simulator, 'DELETE', `/sim/accounts/${user.account_id}`)
    expect((await again.closed).code).toBe(4007)
    expect((await okx(simulator, user, 'GET', 'account/config')).body.code).toBe('50119')
  })

  it('end with a key that trades, is bound to no address and was not used for 14 days', async () => {
    const day = 86_400_000
    const advance = (advance_ms: number) => sim(simulator, 'POST', '/sim/clock', { advance_ms })
    const code = async (who: OkxUser) => (await okx(simulator, who, 'GET', 'account/config')).body.code
    const users = await Promise.all(
      [{}, { ips: ['127.0.0.1'] }, { permissions: ['read'] }, {}].map((each) => okxUser(simulator, each)),
    )
    const [idle, bound, reader, busy] = users as [OkxUser, OkxUser, OkxUser, OkxUser]
    expect(await Promise.all(users.map(code))).toEqual(['0', '0', '0', '0'])
    await advance(13 * day)
    expect(await code(busy)).toBe('0')
    await advance(1.5 * day)
    expect(await Promise.all([idle, bound, reader, busy].map(code))).toEqual(['50119', '0', '0', '0'])
    await (await okxStream(simulator, busy)).close()
    await advance(13.9 * day)
    expect(await code(busy)).toBe('0')
    await advance(14.1 * day)
    expect(await code(busy)).toBe('50119')
  })

  it('close after 30 seconds of silence, and when nothing was ever subscribed', async () => {
    const user = await okxUser(simulator)
    const idle = await okxStream(simulator, user)
    const useless = await okxSocket(simulator, 'public')
    vi.useFakeTimers({ toFake: ['Date'], now: Date.now() + 31_000 })
    say(useless, 'ping')
    expect([(await idle.closed).code, (await useless.closed).code]).toEqual([4004, 4004])
  })

  it('push account and positions regularly unless told not to', async () => {
    const user = await okxUser(simulator)
    const socket = await okxSocket(simulator, 'private')
    say(socket, { op: 'login', args: [loginArgs(user)] })
    await first(socket, 'login')
    say(socket, { op: 'subscribe', args: [{ channel: 'account', extraParams: '{"updateInterval":"2000"}' }] })
    await socket.until((frame) => frame.eventType === 'snapshot', 2)
    await socket.close()
  })
})

describe('faults on OKX', () => {
  let simulator: Simulator
  let user: OkxUser
  let stream: TestSocket
  beforeAll(async () => {
    simulator = await start({ limits: 'off' })
  })
  afterAll(() => simulator.close())
  afterEach(async () => {
    await sim(simulator, 'DELETE', '/sim/faults')
  })
  const fresh = async () => {
    user = await okxUser(simulator)
    stream = await okxStream(simulator, user)
  }
  const fault = (body: object) => sim(simulator, 'POST', '/sim/faults', { account_id: user.account_id, ...body })
  const trade = () =>
    sim(simulator, 'POST', '/sim/orders', {
      account_id: user.account_id,
      symbol: 'BTC-USDT',
      side: 'BUY',
      type: 'MARKET',
      quantity: '0.001',
    })
  const place = (clOrdId: string) =>
    okx(simulator, user, 'POST', 'trade/order', {
      instId: 'BTC-USDT',
      tdMode: 'cash',
      side: 'buy',
      ordType: 'limit',
      px: '90000',
      sz: '0.01',
      clOrdId,
    })
  const orderFrames = () => stream.frames.filter((frame) => frame.arg?.channel === 'orders' && frame.data)

  it('lose, double, cut and disorder events', async () => {
    await fresh()
    await fault({ kind: 'lose_events', count: 1 })
    await trade()
    const [seen] = await pushes(stream, 'orders', (row) => row.state === 'filled')
    expect(orderFrames()).toHaveLength(1)
    await fault({ kind: 'duplicate_events', count: 1 })
    await trade()
    await pushes(stream, 'orders', (row) => row.state === 'live', 2)
    await pushes(stream, 'orders', (row) => row.state === 'filled' && row.ordId !== seen.ordId)
    await fault({ kind: 'malformed_frame', count: 1 })
    await trade()
    const broken = () => stream.texts.filter((text) => text.startsWith('{') && !text.endsWith('}'))
    await vi.waitFor(() => expect(broken()).toHaveLength(1))
    await pushes(stream, 'orders', (row) => row.state === 'filled', 3)
    const before = orderFrames().length
    await fault({ kind: 'reorder_events', count: 2, window: 2 })
    await trade()
    await vi.waitFor(() => expect(orderFrames()).toHaveLength(before + 2))
    expect(
      orderFrames()
        .slice(before)
        .map((frame) => frame.data[0].state),
    ).toEqual(['filled', 'live'])
  })

  it('delay and silence events; a dead socket answers no ping', async () => {
    await fresh()
    await fault({ kind: 'delay', delay_ms: 150, count: 1 })
    const sent = Date.now()
    await trade()
    await pushes(stream, 'orders', (row) => row.state === 'live')
    expect(Date.now() - sent).toBeGreaterThanOrEqual(145)
    await fault({ kind: 'silent_stream', duration_ms: 60_000 })
    const count = stream.texts.length
    say(stream, 'ping')
    await trade()
    const healthy = await okxStream(simulator, user)
    await trade()
    await pushes(healthy, 'orders', (row) => row.state === 'filled')
    expect(stream.texts).toHaveLength(count)
    await healthy.close()
  })

  it('cut connections now and later, and refuse handshakes', async () => {
    await fresh()
    expect((await fault({ kind: 'drop_connection', count: 2 })).body.hits).toBe(1)
    expect((await stream.closed).code).toBe(1006)
    const next = await okxSocket(simulator, 'private')
    say(next, { op: 'login', args: [loginArgs(user)] })
    await next.closed
    await fault({ kind: 'reject_upgrade', status: 502 })
    await expect(okxSocket(simulator, 'private')).rejects.toThrow('handshake 502')
    await (await okxStream(simulator, user)).close()
  })

  it('lose the answer of an order that was or was not placed', async () => {
    await fresh()
    await fault({ kind: 'ambiguous_place', count: 1 })
    const lost = await place('lost1')
    expect([lost.status, lost.body.code]).toEqual([400, '50004'])
    expect((await okx(simulator, user, 'GET', 'trade/order?instId=BTC-USDT&clOrdId=lost1')).body.data[0].state).toBe(
      'live',
    )
    await fault({ kind: 'ambiguous_place', count: 1, accepted: false, reply: 'hang_up' })
    await expect(place('lost2')).rejects.toThrow()
    expect((await okx(simulator, user, 'GET', 'trade/order?instId=BTC-USDT&clOrdId=lost2')).body.code).toBe('51603')
  })

  it('answer requests with errors, ban, and skew the clock', async () => {
    await fresh()
    await fault({ kind: 'http_error', status: 503, count: 1, path: '/account/balance' })
    const config = () => okx(simulator, user, 'GET', 'account/config')
    expect((await config()).status).toBe(200)
    const failed = await okx(simulator, user, 'GET', 'account/balance')
    expect([failed.status, failed.body.code]).toEqual([503, '50001'])
    await fault({ kind: 'ban_ip', count: 1 })
    expect(await config()).toMatchObject({ status: 429, text: 'error code: 1015' })
    await sim(simulator, 'POST', '/sim/faults', { kind: 'clock_skew', exchange: 'okx', skew_ms: 60_000 })
    expect((await config()).body.code).toBe('50102')
    const [{ ts }] = await okxPublic(simulator, 'public/time')
    expect(Number(ts) - Date.now()).toBeGreaterThan(50_000)
  })

  it('say that there are no listen keys', async () => {
    await fresh()
    expect(await fault({ kind: 'expire_listen_key' })).toMatchObject({
      status: 400,
      body: { error: expect.stringContaining('okx has no expire_listen_key') },
    })
  })

  it('leave the truth whole under a storm', async () => {
    await fresh()
    await okxPrice(simulator, 'ETH-USDT', '2400')
    const storm = { account_ids: [user.account_id], fills: 120, rate_per_s: 400, seed: 7 }
    const { body } = await sim(simulator, 'POST', '/sim/storm', storm)
    expect(body.fills).toBe(120)
    const truth = await ledger(simulator, user.account_id)
    const known = truth.executions.map((each: Record<string, string>) => `${each.symbol}|${each.trade_id}`).sort()
    expect(new Set(truth.executions.map((each: Record<string, string>) => each.trading_mode)).size).toBe(2)
    const told = () =>
      orderFrames()
        .flatMap((frame) => frame.data)
        .filter((row) => row.tradeId !== '')
        .map((row) => `${row.instId}|${row.tradeId}`)
        .sort()
    await vi.waitFor(() => expect(told()).toEqual(known))
  })
})
