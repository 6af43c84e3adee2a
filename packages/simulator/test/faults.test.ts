import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { Simulator } from '../src/index.ts'
import {
  account,
  futuresStream,
  ledger,
  listenKey,
  price,
  rest,
  signedParams,
  sim,
  spotStream,
  start,
  type TestAccount,
  TestSocket,
} from './harness.ts'

describe('faults', () => {
  let simulator: Simulator
  let user: TestAccount
  let stream: TestSocket
  const fault = (body: object) => sim(simulator, 'POST', '/sim/faults', body)
  const trade = () =>
    sim(simulator, 'POST', '/sim/orders', {
      account_id: user.account_id,
      symbol: 'BTCUSDT',
      side: 'BUY',
      type: 'MARKET',
      quantity: '0.001',
    })
  const limit = { symbol: 'BTCUSDT', side: 'BUY', type: 'LIMIT', timeInForce: 'GTC', quantity: '0.01', price: '90000' }
  beforeAll(async () => {
    simulator = await start({ limits: 'off' })
  })
  afterAll(() => simulator.close())
  const fresh = async () => {
    user = await account(simulator, 'spot')
    stream = await spotStream(simulator, user)
  }

  it('drop_connection cuts the account that is meant, now and as often as asked', async () => {
    await fresh()
    const bystander = await account(simulator, 'spot')
    const other = await spotStream(simulator, bystander)
    expect((await fault({ kind: 'drop_connection', account_id: user.account_id, count: 2 })).body).toMatchObject({
      hits: 1,
      count: 1,
    })
    expect((await stream.closed).code).toBe(1006)
    const again = await TestSocket.open(`${simulator.url}/binance/spot/ws-api/v3`)
    again.ws.send(JSON.stringify({ id: 1, method: 'userDataStream.subscribe.signature', params: signedParams(user) }))
    await again.closed
    await (await spotStream(simulator, user)).close()
    expect((await other.ask('ping')).status).toBe(200)
    await other.close()
  })

  it('silent_stream leaves the socket open and dead', async () => {
    await fresh()
    await fault({ kind: 'silent_stream', trading_mode: 'spot', duration_ms: 60_000 })
    await trade()
    let pong = false
    stream.ws.on('pong', () => {
      pong = true
    })
    stream.ws.ping()
    stream.ws.send(JSON.stringify({ id: 'dead', method: 'ping' }))
    const healthy = await spotStream(simulator, user)
    await trade()
    await healthy.events('outboundAccountPosition')
    expect([pong, stream.frames.filter((frame) => frame.event || frame.id === 'dead').length]).toEqual([false, 0])
    await sim(simulator, 'DELETE', '/sim/faults')
    stream.ws.terminate()
    await healthy.close()
  })

  it('lose_events, duplicate_events and malformed_frame strike as often as asked', async () => {
    await fresh()
    await fault({ kind: 'lose_events', account_id: user.account_id, count: 1 })
    await trade()
    await stream.events('outboundAccountPosition')
    expect((await stream.events('executionReport')).map(({ x }) => x)).toEqual(['TRADE'])
    await fault({ kind: 'duplicate_events', account_id: user.account_id, count: 2 })
    await trade()
    await stream.events('outboundAccountPosition', 2)
    expect((await stream.events('executionReport')).map(({ x }) => x)).toEqual([
      'TRADE',
      'NEW',
      'NEW',
      'TRADE',
      'TRADE',
    ])
    await fault({ kind: 'malformed_frame', account_id: user.account_id })
    await trade()
    await stream.events('outboundAccountPosition', 3)
    expect(stream.texts.length - stream.frames.length).toBe(1)
    expect((await sim(simulator, 'GET', '/sim/faults')).body.faults).toEqual([])
    await stream.close()
  })

  it('delay holds events back in order, reorder_events changes it', async () => {
    await fresh()
    await fault({ kind: 'delay', account_id: user.account_id, delay_ms: 150, count: 1 })
    const before = Date.now()
    await trade()
    await stream.events('outboundAccountPosition')
    expect(Date.now() - before).toBeGreaterThanOrEqual(140)
    expect((await stream.events('executionReport')).map(({ x }) => x)).toEqual(['NEW', 'TRADE'])
    await fault({ kind: 'reorder_events', account_id: user.account_id, count: 3, window: 3 })
    await trade()
    const frames = await stream.until(({ event }) => event, 6)
    const order = frames.slice(3).map(({ event }) => event.x ?? event.e)
    expect([...order].sort()).toEqual(['NEW', 'TRADE', 'outboundAccountPosition'])
    expect(order).not.toEqual(['NEW', 'TRADE', 'outboundAccountPosition'])
    await stream.close()
  })

  it('expire_listen_key ends a futures key, and a spot subscription', async () => {
    await fresh()
    expect((await fault({ kind: 'expire_listen_key', account_id: user.account_id })).body.hits).toBe(1)
    await stream.events('eventStreamTerminated')
    await stream.close()
    const trader = await account(simulator, 'futures')
    const socket = await futuresStream(simulator, trader)
    await fault({ kind: 'expire_listen_key', account_id: trader.account_id })
    await socket.events('listenKeyExpired')
    expect((await listenKey(simulator, trader, 'PUT')).body.code).toBe(-1125)
    await socket.close()
  })

  it('reject_upgrade answers the handshake with an error', async () => {
    await fresh()
    await stream.close()
    await fault({ kind: 'reject_upgrade', account_id: user.account_id, status: 503 })
    await expect(spotStream(simulator, user)).rejects.toThrow('handshake 503')
    await (await spotStream(simulator, user)).close()
  })

  it('http_error answers requests of the account, and of one path if asked', async () => {
    await fresh()
    const get = (path: string) => rest(simulator, 'spot', user, 'GET', path)
    await fault({ kind: 'http_error', account_id: user.account_id, status: 429, retry_after: 7, path: 'openOrders' })
    expect((await get('/api/v3/account')).status).toBe(200)
    const limited = await get('/api/v3/openOrders')
    expect([limited.status, limited.body.code, limited.headers.get('retry-after')]).toEqual([429, -1003, '7'])
    expect((await get('/api/v3/openOrders')).status).toBe(200)
    expect((await fault({ kind: 'http_error' })).body.error).toContain('status')
    await stream.close()
  })

  it('ban_ip answers 418 on REST and the handshake until it is over', async () => {
    await fresh()
    await fault({ kind: 'ban_ip', trading_mode: 'spot', duration_ms: 60_000 })
    const banned = await rest(simulator, 'spot', user, 'GET', '/api/v3/account')
    expect([banned.status, banned.body.code]).toEqual([418, -1003])
    expect(Number(banned.headers.get('retry-after'))).toBeGreaterThan(50)
    await expect(spotStream(simulator, user)).rejects.toThrow('handshake 418')
    const asked = await stream.ask('account.status', signedParams(user))
    expect([asked.status, asked.error.data.retryAfter > Date.now()]).toEqual([418, true])
    await sim(simulator, 'DELETE', '/sim/faults')
    expect((await rest(simulator, 'spot', user, 'GET', '/api/v3/account')).status).toBe(200)
    await stream.close()
  })

  it('ambiguous_place takes the order and loses the answer', async () => {
    await fresh()
    const place = (id: string) =>
      rest(simulator, 'spot', user, 'POST', '/api/v3/order', { ...limit, newClientOrderId: id })
    await fault({ kind: 'ambiguous_place', account_id: user.account_id })
    expect(await place('one')).toMatchObject({ status: 504, body: { code: -1007 } })
    await fault({ kind: 'ambiguous_place', account_id: user.account_id, reply: 'hang_up' })
    await expect(place('two')).rejects.toThrow()
    await fault({ kind: 'ambiguous_place', account_id: user.account_id, accepted: false })
    expect((await place('three')).status).toBe(504)
    expect(
      (await ledger(simulator, user.account_id)).orders.map(
        (order: { client_order_id: string }) => order.client_order_id,
      ),
    ).toEqual(['one', 'two'])
    const trader = await account(simulator, 'futures')
    await fault({ kind: 'ambiguous_place', account_id: trader.account_id })
    const lost = await rest(simulator, 'futures', trader, 'POST', '/fapi/v1/order', limit)
    expect([lost.status, lost.body.msg]).toEqual([503, 'Unknown error, please check your request or try again later.'])
    await stream.close()
  })

  it('clock_skew moves the clock of the venue', async () => {
    await fresh()
    await fault({ kind: 'clock_skew', skew_ms: -10_000, trading_mode: 'spot', duration_ms: 60_000 })
    const answer = await fetch(`${simulator.url}/binance/spot/api/v3/time`)
    const { serverTime } = (await answer.json()) as { serverTime: number }
    expect(Date.now() - serverTime).toBeGreaterThan(9_000)
    expect((await rest(simulator, 'spot', user, 'GET', '/api/v3/account')).body.code).toBe(-1021)
    expect((await rest(simulator, 'spot', user, 'GET', '/api/v3/account', { timestamp: serverTime })).status).toBe(200)
    await sim(simulator, 'DELETE', '/sim/faults')
    await stream.close()
  })

  it('service_upgrade_notice announces and closes', async () => {
    await fresh()
    await fault({ kind: 'service_upgrade_notice', account_id: user.account_id, close_after_ms: 10 })
    const [notice] = await stream.until(({ event }) => event?.e === 'serverShutdown')
    expect(notice.subscriptionId).toBeUndefined()
    expect((await stream.closed).code).toBe(1001)
  })

  it('says what is wrong with a request', async () => {
    expect((await fault({ kind: 'earthquake' })).body.error).toContain('must be one of')
    expect((await fault({ kind: 'delay', account_id: 'nobody' })).status).toBe(404)
    expect((await fault({ kind: 'delay', typo: 1 })).body.error).toBe('unknown field "typo"')
    expect(
      (await sim(simulator, 'POST', '/sim/accounts', { exchange: 'kraken', trading_mode: 'spot' })).body.error,
    ).toContain('has no kraken spot')
    expect(
      (
        await sim(simulator, 'POST', '/sim/orders', {
          account_id: user.account_id,
          symbol: 'X',
          side: 'BUY',
          type: 'MARKET',
          quantity: '1',
        })
      ).body.error,
    ).toContain('no symbol X')
    const form = await fetch(`${simulator.url}/sim/clock`, { method: 'POST', body: 'advance_ms=1' })
    expect(form.status).toBe(415)
  })
})

describe('the controls', () => {
  it('answer to a loopback Host only', async () => {
    await using simulator = await start()
    const { request } = await import('node:http')
    const status = (host: string) =>
      new Promise((resolve) => {
        request({ port: simulator.port, path: '/sim/health', headers: { host } }, (response) =>
          resolve(response.resume().statusCode),
        ).end()
      })
    expect(
      await Promise.all(['evil.example', 'localhost:1', '127.0.0.1', '[::1]:9', '127.0.0.1.evil.example'].map(status)),
    ).toEqual([403, 200, 200, 200, 403])
  })

  it('enforce weights and order counts unless told not to', async () => {
    await using simulator = await start()
    const user = await account(simulator, 'spot')
    const heavy = () => rest(simulator, 'spot', user, 'GET', '/api/v3/openOrders')
    const statuses: number[] = []
    let last = await heavy()
    for (let i = 0; i < 140; i++) {
      last = await heavy()
      statuses.push(last.status)
    }
    expect(new Set(statuses)).toEqual(new Set([200, 429, 418]))
    expect(statuses.indexOf(429)).toBeLessThan(statuses.indexOf(418))
    expect([
      last.status,
      Number(last.headers.get('retry-after')) > 60,
      Number(last.headers.get('x-mbx-used-weight-1m')) > 6000,
    ]).toEqual([418, true, true])
    await sim(simulator, 'POST', '/sim/clock', { advance_ms: 180_000 })
    expect((await heavy()).status).toBe(200)
    const order = {
      symbol: 'BTCUSDT',
      side: 'BUY',
      type: 'LIMIT',
      timeInForce: 'GTC',
      quantity: '0.001',
      price: '90000',
    }
    const counts: (string | null)[] = []
    for (let i = 0; i < 52; i++) {
      const placed = await rest(simulator, 'spot', user, 'POST', '/api/v3/order', order)
      counts.push(placed.status === 200 ? placed.headers.get('x-mbx-order-count-10s') : String(placed.body.code))
    }
    expect(counts).toContain('-1015')
  })

  it('create many accounts at once and storm across them', async () => {
    await using simulator = await start()
    const made = await sim(simulator, 'POST', '/sim/accounts', {
      exchange: 'binance',
      trading_mode: 'spot',
      count: 200,
    })
    const ids = made.body.accounts.map((each: TestAccount) => each.account_id)
    expect(new Set(ids).size).toBe(200)
    const summary = (
      await sim(simulator, 'POST', '/sim/storm', { account_ids: ids, fills: 500, rate_per_s: 2000, seed: 5 })
    ).body
    expect(summary.fills).toBe(500)
    const ledgers = await Promise.all(ids.map((id: string) => ledger(simulator, id)))
    const executions = ledgers.map((each) => each.executions.length)
    expect(executions.reduce((a, b) => a + b)).toBe(500)
    expect(ids.map((id: string) => summary.fills_by_account[id] ?? 0)).toEqual(executions)
  })

  it('repeat keys, ids and prices with a seed', async () => {
    const run = async () => {
      await using simulator = await start({ seed: 99 })
      const user = await account(simulator, 'spot')
      await sim(simulator, 'POST', '/sim/storm', {
        account_ids: [user.account_id],
        fills: 20,
        rate_per_s: 10_000,
        seed: 3,
      })
      const { orders } = await ledger(simulator, user.account_id)
      const told = orders.map(
        (order: Record<string, string>) =>
          `${order.order_id} ${order.client_order_id} ${order.price} ${order.quantity}`,
      )
      return [user, told.sort()]
    }
    expect(await run()).toEqual(await run())
  })
})

describe('the store', () => {
  it('brings everything back after a restart, open orders in their place', async () => {
    const dataDir = mkdtempSync(join(tmpdir(), 'simulator-'))
    try {
      const first = await start({ dataDir })
      const [spot, trader] = [await account(first, 'spot'), await account(first, 'futures')]
      const limit = {
        symbol: 'BTCUSDT',
        side: 'BUY',
        type: 'LIMIT',
        timeInForce: 'GTC',
        quantity: '0.010',
        price: '94000',
      }
      await rest(first, 'spot', spot, 'POST', '/api/v3/order', limit)
      await rest(first, 'spot', spot, 'POST', '/api/v3/order', {
        symbol: 'ETHUSDT',
        side: 'BUY',
        type: 'MARKET',
        quantity: '1',
      })
      await rest(first, 'futures', trader, 'POST', '/fapi/v1/order', {
        ...limit,
        type: 'MARKET',
        price: undefined,
        timeInForce: undefined,
      } as never)
      await rest(first, 'futures', trader, 'POST', '/fapi/v1/order', {
        symbol: 'BTCUSDT',
        side: 'BUY',
        type: 'MARKET',
        quantity: '0.010',
      })
      await rest(first, 'futures', trader, 'POST', '/fapi/v1/order', limit)
      await rest(first, 'futures', trader, 'POST', '/fapi/v1/algoOrder', {
        algoType: 'CONDITIONAL',
        symbol: 'BTCUSDT',
        side: 'SELL',
        type: 'STOP_MARKET',
        triggerPrice: '93500',
        closePosition: 'true',
      })
      const key = (await listenKey(first, trader)).body.listenKey
      const before = [await ledger(first, spot.account_id), await ledger(first, trader.account_id)]
      const income = (await rest(first, 'futures', trader, 'GET', '/fapi/v1/income')).body
      await first.close()

      await using second = await start({ dataDir })
      expect([await ledger(second, spot.account_id), await ledger(second, trader.account_id)]).toEqual(before)
      expect((await listenKey(second, trader)).body.listenKey).toBe(key)
      expect((await rest(second, 'futures', trader, 'GET', '/fapi/v1/income')).body).toEqual(income)
      expect((await account(second, 'spot')).api_key).not.toBe(spot.api_key)
      await price(second, 'spot', 'BTCUSDT', '93999')
      await price(second, 'futures', 'BTCUSDT', '93400')
      const after = await ledger(second, spot.account_id)
      expect(after.orders.map((order: { status: string }) => order.status)).toEqual(['FILLED', 'FILLED'])
      expect(after.locked.USDT).toBe('0')
      const futures = await ledger(second, trader.account_id)
      expect(futures.orders.map((order: { status: string }) => order.status)).toEqual(['FILLED', 'FILLED', 'FILLED'])
      expect(futures.positions).toMatchObject([{ quantity: '0' }])
    } finally {
      rmSync(dataDir, { recursive: true })
    }
  })
})
