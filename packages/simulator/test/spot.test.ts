import { createPrivateKey, sign as cryptoSign, generateKeyPairSync } from 'node:crypto'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { Simulator } from '../src/index.ts'
import {
  account,
  ledger,
  price,
  rest,
  signedParams,
  sim,
  spotStream,
  start,
  type TestAccount,
  TestSocket,
} from './harness.ts'

describe('Binance Spot', () => {
  let simulator: Simulator
  let user: TestAccount
  const call = (method: string, path: string, params = {}) => rest(simulator, 'spot', user, method, path, params)
  const limit = { symbol: 'ETHUSDT', side: 'BUY', type: 'LIMIT', timeInForce: 'GTC', quantity: '1', price: '2300' }
  beforeAll(async () => {
    simulator = await start({ limits: 'off' })
  })
  afterAll(() => simulator.close())

  describe('who may call', () => {
    it('checks key, clock and signature in the documented words', async () => {
      user = await account(simulator, 'spot')
      const fail = async (params: object, who = user) => {
        const { status, body } = await rest(simulator, 'spot', who, 'GET', '/api/v3/account', params as never)
        return [status, body.code]
      }
      expect(await fail({}, { ...user, api_key: 'short' })).toEqual([401, -2014])
      expect(await fail({}, { ...user, api_key: 'x'.repeat(64) })).toEqual([401, -2015])
      expect(await fail({}, { ...user, api_secret: 'wrong' })).toEqual([400, -1022])
      expect(await fail({ timestamp: Date.now() - 6000 })).toEqual([400, -1021])
      expect(await fail({ timestamp: Date.now() + 5000 })).toEqual([400, -1021])
      expect(await fail({ timestamp: Date.now() - 6000, recvWindow: 10000 })).toEqual([200, undefined])
      expect(await fail({ timestamp: Date.now() * 1000 })).toEqual([200, undefined])
      expect(await fail({ bogus: 1 })).toEqual([400, -1104])
      expect(await fail({ recvWindow: 60001 })).toEqual([400, -1131])
    })

    it('knows read-only keys, withdrawal keys and revoked keys', async () => {
      const reader = await account(simulator, 'spot', { permissions: ['read'] })
      expect((await rest(simulator, 'spot', reader, 'POST', '/api/v3/order', limit)).body.code).toBe(-2015)
      const mighty = await account(simulator, 'spot', { permissions: ['read', 'trade', 'withdraw'] })
      const restrictions = async (who: TestAccount) =>
        (await rest(simulator, 'spot', who, 'GET', '/sapi/v1/account/apiRestrictions')).body
      expect(await restrictions(mighty)).toMatchObject({
        enableWithdrawals: true,
        enableReading: true,
        enableSpotAndMarginTrading: true,
      })
      expect(await restrictions(reader)).toMatchObject({ enableWithdrawals: false, enableSpotAndMarginTrading: false })
      const futures = await account(simulator, 'futures')
      expect(await restrictions(futures)).toMatchObject({ enableFutures: true, enableSpotAndMarginTrading: false })
      const stream = await spotStream(simulator, mighty)
      await sim(simulator, 'DELETE', `/sim/accounts/${mighty.account_id}`)
      await stream.events('eventStreamTerminated')
      expect((await rest(simulator, 'spot', mighty, 'GET', '/api/v3/account')).body.code).toBe(-2015)
      await stream.close()
    })

    it('answers 410 for listen keys and 404 for unknown paths', async () => {
      expect((await call('POST', '/api/v3/userDataStream')).status).toBe(410)
      expect((await call('GET', '/api/v3/nothing')).status).toBe(404)
    })
  })

  describe('orders', () => {
    it('refuses with the documented codes', async () => {
      user = await account(simulator, 'spot')
      const fail = async (params: object) => {
        const { status, body } = await call('POST', '/api/v3/order', { ...limit, ...params })
        return status === 400 ? `${body.code} ${body.msg}` : status
      }
      expect(await fail({ symbol: 'NOPE' })).toBe('-1121 Invalid symbol.')
      expect(await fail({ side: 'UP' })).toBe('-1117 Invalid side.')
      expect(await fail({ type: 'WISH' })).toBe('-1116 Invalid orderType.')
      expect(await fail({ price: '2300.001' })).toBe('-1013 Filter failure: PRICE_FILTER')
      expect(await fail({ price: '100' })).toBe('-1013 Filter failure: PERCENT_PRICE_BY_SIDE')
      expect(await fail({ quantity: '0.00001' })).toBe('-1013 Filter failure: LOT_SIZE')
      expect(await fail({ quantity: '0.001' })).toBe('-1013 Filter failure: NOTIONAL')
      expect(await fail({ quantity: '1e3' })).toContain('-1100')
      expect(await fail({ quantity: '1000' })).toBe('-2010 Account has insufficient balance for requested action.')
      expect(await fail({ type: 'LIMIT_MAKER', timeInForce: undefined, price: '2500' })).toContain('-1106')
      const { timeInForce: _tif, ...maker } = { ...limit, type: 'LIMIT_MAKER', price: '2500' }
      expect((await call('POST', '/api/v3/order', maker)).body.msg).toBe('Order would immediately match and take.')
      const stop = { symbol: 'ETHUSDT', side: 'SELL', type: 'STOP_LOSS', quantity: '1', stopPrice: '2200' }
      expect((await call('POST', '/api/v3/order', stop)).body).toMatchObject({
        code: -2010,
        msg: 'Account has insufficient balance for requested action.',
      })
      expect((await call('POST', '/api/v3/order', { ...stop, side: 'BUY', stopPrice: '2200' })).body.msg).toBe(
        'Order would trigger immediately.',
      )
      expect((await call('DELETE', '/api/v3/order', { symbol: 'ETHUSDT', orderId: 1 })).body).toEqual({
        code: -2011,
        msg: 'Unknown order sent.',
      })
      expect((await call('GET', '/api/v3/order', { symbol: 'ETHUSDT', orderId: 1 })).body).toEqual({
        code: -2013,
        msg: 'Order does not exist.',
      })
      expect(await ledger(simulator, user.account_id)).toMatchObject({
        orders: [],
        balances: { USDT: '100000', BTC: '1' },
      })
    })

    it('refuses a client id in use and takes it again once filled', async () => {
      user = await account(simulator, 'spot')
      const order = { ...limit, newClientOrderId: 'again' }
      await call('POST', '/api/v3/order', order)
      expect((await call('POST', '/api/v3/order', order)).body).toEqual({ code: -2010, msg: 'Duplicate order sent.' })
      await price(simulator, 'spot', 'ETHUSDT', '2300')
      await price(simulator, 'spot', 'ETHUSDT', '2400')
      expect((await call('POST', '/api/v3/order', order)).status).toBe(200)
    })

    it('gives a cancelled order the id of the cancel', async () => {
      user = await account(simulator, 'spot')
      const stream = await spotStream(simulator, user)
      const placed = (await call('POST', '/api/v3/order', { ...limit, newClientOrderId: 'mine' })).body
      const answer = await call('DELETE', '/api/v3/order', {
        symbol: 'ETHUSDT',
        origClientOrderId: 'mine',
        newClientOrderId: 'cancel-1',
      })
      expect(answer.body).toMatchObject({ status: 'CANCELED', clientOrderId: 'cancel-1', origClientOrderId: 'mine' })
      expect(answer.body).not.toHaveProperty('workingTime')
      const [, report] = await stream.events('executionReport', 2)
      expect(report).toMatchObject({
        x: 'CANCELED',
        X: 'CANCELED',
        c: 'cancel-1',
        C: 'mine',
        i: placed.orderId,
        w: false,
        T: answer.body.transactTime,
      })
      expect(
        (await call('GET', '/api/v3/order', { symbol: 'ETHUSDT', orderId: placed.orderId })).body.clientOrderId,
      ).toBe('cancel-1')
      await stream.close()
    })

    it('amends, replaces and cancels all', async () => {
      user = await account(simulator, 'spot')
      const stream = await spotStream(simulator, user)
      const first = (await call('POST', '/api/v3/order', limit)).body
      const amended = (
        await call('PUT', '/api/v3/order/amend/keepPriority', {
          symbol: 'ETHUSDT',
          orderId: first.orderId,
          newQty: '0.4',
        })
      ).body
      expect(amended.amendedOrder).toMatchObject({
        qty: '0.40000000',
        cumulativeQuoteQty: '0.00000000',
        origClientOrderId: first.clientOrderId,
      })
      const [, report] = await stream.events('executionReport', 2)
      expect(report).toMatchObject({
        x: 'REPLACED',
        I: amended.executionId,
        q: '0.40000000',
        C: first.clientOrderId,
        c: amended.amendedOrder.clientOrderId,
      })
      expect(
        (await call('GET', '/api/v3/order/amendments', { symbol: 'ETHUSDT', orderId: first.orderId })).body,
      ).toMatchObject([{ newQty: '0.40000000' }])
      const replaced = await call('POST', '/api/v3/order/cancelReplace', {
        ...limit,
        price: '2290',
        cancelReplaceMode: 'STOP_ON_FAILURE',
        cancelOrderId: first.orderId,
      })
      expect(replaced.body).toMatchObject({
        cancelResult: 'SUCCESS',
        newOrderResult: 'SUCCESS',
        newOrderResponse: { status: 'NEW' },
      })
      const again = { ...limit, cancelOrderId: first.orderId }
      expect(
        await call('POST', '/api/v3/order/cancelReplace', { ...again, cancelReplaceMode: 'STOP_ON_FAILURE' }),
      ).toMatchObject({ status: 400, body: { code: -2022, data: { newOrderResult: 'NOT_ATTEMPTED' } } })
      expect(
        await call('POST', '/api/v3/order/cancelReplace', { ...again, cancelReplaceMode: 'ALLOW_FAILURE' }),
      ).toMatchObject({ status: 409, body: { code: -2021, data: { newOrderResult: 'SUCCESS' } } })
      expect((await call('DELETE', '/api/v3/openOrders', { symbol: 'ETHUSDT' })).body).toHaveLength(2)
      expect((await call('DELETE', '/api/v3/openOrders', { symbol: 'ETHUSDT' })).body.code).toBe(-2011)
      await stream.close()
    })

    it('expires IOC remainders with a reason, in answer, event and query', async () => {
      user = await account(simulator, 'spot')
      const stream = await spotStream(simulator, user)
      const order = (await call('POST', '/api/v3/order', { ...limit, timeInForce: 'IOC' })).body
      expect(order).toMatchObject({ status: 'EXPIRED', expiryReason: 'UNFILLED_IOC_QUANTITY_EXPIRED', fills: [] })
      const [, report] = await stream.events('executionReport', 2)
      expect(report).toMatchObject({ x: 'EXPIRED', X: 'EXPIRED', eR: 'UNFILLED_IOC_QUANTITY_EXPIRED', t: -1 })
      expect(
        (await call('GET', '/api/v3/order', { symbol: 'ETHUSDT', orderId: order.orderId })).body.expiryReason,
      ).toBe('UNFILLED_IOC_QUANTITY_EXPIRED')
      await stream.close()
    })

    it('fires stop orders', async () => {
      user = await account(simulator, 'spot')
      const stop = {
        symbol: 'BTCUSDT',
        side: 'SELL',
        type: 'STOP_LOSS_LIMIT',
        timeInForce: 'GTC',
        quantity: '0.01',
        price: '89000',
        stopPrice: '90000',
      }
      const placed = (await call('POST', '/api/v3/order', { ...stop, newOrderRespType: 'RESULT' })).body
      expect(placed).toMatchObject({ status: 'NEW', workingTime: -1, stopPrice: '90000.00000000' })
      await price(simulator, 'spot', 'BTCUSDT', '89900')
      expect((await call('GET', '/api/v3/order', { symbol: 'BTCUSDT', orderId: placed.orderId })).body).toMatchObject({
        status: 'FILLED',
        isWorking: true,
      })
      await price(simulator, 'spot', 'BTCUSDT', '95000')
    })

    it('takes a symbol that is not ASCII', async () => {
      user = await account(simulator, 'spot')
      const symbol = '这是测试币456'
      const placed = await call('POST', '/api/v3/order', { symbol, side: 'BUY', type: 'MARKET', quoteOrderQty: '50' })
      expect(placed.body).toMatchObject({ symbol, status: 'FILLED' })
      expect((await call('GET', '/api/v3/myTrades', { symbol })).body.length).toBeGreaterThan(0)
    })

    it('fills partly when the volume of a move is limited', async () => {
      user = await account(simulator, 'spot')
      const order = (await call('POST', '/api/v3/order', { ...limit, symbol: 'SOLUSDT', price: '170' })).body
      await price(simulator, 'spot', 'SOLUSDT', '169', '0.3')
      const now = (await call('GET', '/api/v3/order', { symbol: 'SOLUSDT', orderId: order.orderId })).body
      expect(now).toMatchObject({
        status: 'PARTIALLY_FILLED',
        executedQty: '0.30000000',
        cummulativeQuoteQty: '51.00000000',
      })
    })
  })

  describe('user data', () => {
    it('tells a market order as NEW, TRADE, balances', async () => {
      user = await account(simulator, 'spot')
      const stream = await spotStream(simulator, user)
      const placed = (
        await call('POST', '/api/v3/order', { symbol: 'BTCUSDT', side: 'BUY', type: 'MARKET', quantity: '0.01' })
      ).body
      await stream.events('outboundAccountPosition')
      const names = stream.frames.filter((frame) => frame.event).map(({ event }) => [event.e, event.x].join(' ').trim())
      expect(names).toEqual(['executionReport NEW', 'executionReport TRADE', 'outboundAccountPosition'])
      const [, fill] = await stream.events('executionReport', 2)
      expect(fill).toMatchObject({
        t: placed.fills[0].tradeId,
        T: placed.transactTime,
        N: 'BTC',
        X: 'FILLED',
        Y: placed.cummulativeQuoteQty,
      })
      await stream.close()
    })

    it('carries many accounts on one socket, one subscription each', async () => {
      const [a, b] = [await account(simulator, 'spot'), await account(simulator, 'spot')]
      const stream = await spotStream(simulator, a)
      expect((await stream.ask('userDataStream.subscribe.signature', signedParams(b))).result).toEqual({
        subscriptionId: 1,
      })
      expect((await stream.ask('userDataStream.subscribe.signature', signedParams(a))).error.code).toBe(-2035)
      expect((await stream.ask('session.subscriptions')).result).toEqual([{ subscriptionId: 0 }, { subscriptionId: 1 }])
      await sim(simulator, 'POST', '/sim/orders', {
        account_id: b.account_id,
        symbol: 'BTCUSDT',
        side: 'BUY',
        type: 'MARKET',
        quantity: '0.001',
      })
      const [frame] = await stream.until(({ event }) => event?.e === 'executionReport')
      expect(frame.subscriptionId).toBe(1)
      expect((await stream.ask('userDataStream.unsubscribe', { subscriptionId: 1 })).result).toEqual({})
      await stream.until(({ subscriptionId, event }) => subscriptionId === 1 && event?.e === 'eventStreamTerminated')
      expect((await stream.ask('userDataStream.unsubscribe', { subscriptionId: 1 })).error.code).toBe(-2036)
      expect((await stream.ask('session.subscriptions')).result).toEqual([{ subscriptionId: 0 }])
      await stream.close()
    })

    it('logs on with an Ed25519 key, and only with one', async () => {
      const { publicKey, privateKey } = generateKeyPairSync('ed25519')
      const pem = publicKey.export({ type: 'spki', format: 'pem' }).toString()
      const made = await account(simulator, 'spot', { public_key: pem })
      expect(made.api_secret).toBeUndefined()
      const socket = await TestSocket.open(`${simulator.url}/binance/spot/ws-api/v3`)
      const params = { apiKey: made.api_key, timestamp: Date.now() }
      const signature = cryptoSign(
        null,
        Buffer.from(`apiKey=${params.apiKey}&timestamp=${params.timestamp}`),
        createPrivateKey(privateKey.export({ type: 'pkcs8', format: 'pem' })),
      ).toString('base64')
      const logon = await socket.ask('session.logon', { ...params, signature })
      expect(logon.result).toMatchObject({ apiKey: made.api_key, userDataStream: false })
      expect(logon.rateLimits).toMatchObject([{ rateLimitType: 'REQUEST_WEIGHT', limit: 6000 }])
      expect((await socket.ask('userDataStream.subscribe')).result).toEqual({ subscriptionId: 0 })
      expect((await socket.ask('account.status', { timestamp: Date.now() })).result.uid).toBeTypeOf('number')
      await sim(simulator, 'DELETE', `/sim/accounts/${made.account_id}`)
      socket.ws.send(JSON.stringify({ id: 'x', method: 'account.status', params: { timestamp: Date.now() } }))
      const [gone] = await socket.until((frame) => frame.id === null && frame.status === 401)
      expect(gone.error.code).toBe(-2015)
      const hmac = await account(simulator, 'spot')
      expect((await socket.ask('session.logon', signedParams(hmac))).error.code).toBe(-1193)
      await socket.close()
    })

    it('tells deposits as a difference and the new balance', async () => {
      user = await account(simulator, 'spot')
      const stream = await spotStream(simulator, user)
      await sim(simulator, 'POST', '/sim/transfer', { account_id: user.account_id, asset: 'USDT', amount: '250' })
      expect((await stream.events('balanceUpdate'))[0]).toMatchObject({ a: 'USDT', d: '250.00000000' })
      expect((await stream.events('outboundAccountPosition'))[0].B).toEqual([
        { a: 'USDT', f: '100250.00000000', l: '0.00000000' },
      ])
      await stream.close()
    })

    it('tells times in microseconds when asked', async () => {
      user = await account(simulator, 'spot')
      const socket = await TestSocket.open(`${simulator.url}/binance/spot/ws-api/v3?timeUnit=MICROSECOND`)
      await socket.ask('userDataStream.subscribe.signature', signedParams(user))
      expect(String((await socket.ask('time')).result.serverTime)).toHaveLength(16)
      await sim(simulator, 'POST', '/sim/orders', {
        account_id: user.account_id,
        symbol: 'BTCUSDT',
        side: 'BUY',
        type: 'MARKET',
        quantity: '0.001',
      })
      const [report] = await socket.events('executionReport')
      expect([report.E, report.T, report.O].map((time) => String(time).length)).toEqual([16, 16, 16])
      expect(report.t).toBe(-1)
      const answer = await fetch(`${simulator.url}/binance/spot/api/v3/time`, {
        headers: { 'X-MBX-TIME-UNIT': 'MICROSECOND' },
      })
      expect(await answer.text()).toMatch(/^\{"serverTime":\d{16}\}$/)
      await socket.close()
    })

    it('cuts a socket after 24 hours', async () => {
      user = await account(simulator, 'spot')
      const stream = await spotStream(simulator, user)
      await sim(simulator, 'POST', '/sim/clock', { advance_ms: 86_400_000 })
      await stream.closed
    })
  })

  it('pages history as documented', async () => {
    user = await account(simulator, 'spot')
    await sim(simulator, 'POST', '/sim/storm', {
      account_ids: [user.account_id],
      fills: 30,
      rate_per_s: 10_000,
      seed: 1,
      symbol: 'BTCUSDT',
    })
    const all = (await call('GET', '/api/v3/myTrades', { symbol: 'BTCUSDT' })).body
    expect(all).toHaveLength((await ledger(simulator, user.account_id)).executions.length)
    const page = (await call('GET', '/api/v3/myTrades', { symbol: 'BTCUSDT', fromId: all[10].id, limit: 5 })).body
    expect(page.map(({ id }: { id: number }) => id)).toEqual(all.slice(10, 15).map(({ id }: { id: number }) => id))
    expect((await call('GET', '/api/v3/myTrades', { symbol: 'BTCUSDT', limit: 3 })).body).toEqual(all.slice(-3))
    expect((await call('GET', '/api/v3/myTrades', { symbol: 'BTCUSDT', fromId: 1, startTime: 5 })).body.code).toBe(
      -1128,
    )
    expect(
      (await call('GET', '/api/v3/allOrders', { symbol: 'BTCUSDT', startTime: 1, endTime: 2 + 86_400_000 })).body.code,
    ).toBe(-1127)
    const orders = (await call('GET', '/api/v3/allOrders', { symbol: 'BTCUSDT' })).body
    expect(
      (await call('GET', '/api/v3/allOrders', { symbol: 'BTCUSDT', orderId: orders[3].orderId, limit: 2 })).body,
    ).toEqual(orders.slice(3, 5))
  })

  it('publishes the market', async () => {
    const names = [
      'btcusdt@depth20@100ms',
      'btcusdt@bookTicker',
      'btcusdt@ticker',
      'btcusdt@kline_1m',
      'btcusdt@trade',
      'btcusdt@depth@100ms',
    ]
    const socket = await TestSocket.open(`${simulator.url}/binance/spot/stream?streams=${names.slice(0, 2).join('/')}`)
    expect((await socket.control('SUBSCRIBE', names.slice(2))).result).toBeNull()
    expect((await socket.control('LIST_SUBSCRIPTIONS')).result).toEqual([...names].sort())
    await price(simulator, 'spot', 'BTCUSDT', '95100')
    for (const name of names) await socket.until(({ stream }) => stream === name)
    const [book] = await socket.until(({ stream }) => stream === names[0])
    expect(book.data.bids).toHaveLength(20)
    const klines = await (
      await fetch(`${simulator.url}/binance/spot/api/v3/klines?symbol=BTCUSDT&interval=1h&limit=10`)
    ).json()
    expect(klines).toHaveLength(10)
    await socket.close()
  })
})
