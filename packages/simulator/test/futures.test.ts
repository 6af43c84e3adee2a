import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { Simulator } from '../src/index.ts'
import {
  account,
  futuresStream,
  ledger,
  listenKey,
  price,
  rest,
  sim,
  start,
  type TestAccount,
  TestSocket,
} from './harness.ts'

describe('Binance USDⓈ-M futures', () => {
  let simulator: Simulator
  let user: TestAccount
  const call = (method: string, path: string, params = {}) => rest(simulator, 'futures', user, method, path, params)
  const limit = { symbol: 'ETHUSDT', side: 'BUY', type: 'LIMIT', timeInForce: 'GTC', quantity: '0.5', price: '2380' }
  beforeAll(async () => {
    simulator = await start({ limits: 'off' })
  })
  afterAll(() => simulator.close())

  it('tells a life of an order with ids beyond 2^53', async () => {
    user = await account(simulator, 'futures')
    const stream = await futuresStream(simulator, user)
    const placed = await call('POST', '/fapi/v1/order', { ...limit, newClientOrderId: 'f1' })
    const orderId = /"orderId":(\d+)/.exec(placed.text)?.[1] as string
    expect(orderId).toMatch(/^8389766145050\d{6}$/)
    expect(Object.keys(placed.body)).toHaveLength(22)
    expect(placed.body).not.toHaveProperty('avgPrice')
    const amended = await call('PUT', '/fapi/v1/order', {
      symbol: 'ETHUSDT',
      side: 'BUY',
      orderId,
      quantity: '0.6',
      price: '2381',
      modifyId: 7,
    })
    expect(amended.body).toMatchObject({ modifyId: 7, pair: 'ETHUSDT', origQty: '0.600', price: '2381' })
    expect((await call('GET', '/fapi/v1/orderAmendment', { symbol: 'ETHUSDT', orderId })).body).toMatchObject([
      { amendment: { modifyId: 7, price: { before: '2380', after: '2381' } } },
    ])
    await price(simulator, 'futures', 'ETHUSDT', '2380', '0.2')
    await price(simulator, 'futures', 'ETHUSDT', '2380')
    await stream.events('ACCOUNT_UPDATE', 2)
    const names = stream.frames
      .filter((frame) => frame.e)
      .map((frame) => [frame.e, frame.o?.x, frame.o?.X].filter(Boolean).join(' '))
    expect(names).toEqual([
      'ORDER_TRADE_UPDATE NEW NEW',
      'ORDER_TRADE_UPDATE AMENDMENT NEW',
      'TRADE_LITE',
      'ORDER_TRADE_UPDATE TRADE PARTIALLY_FILLED',
      'ACCOUNT_UPDATE',
      'TRADE_LITE',
      'ORDER_TRADE_UPDATE TRADE FILLED',
      'ACCOUNT_UPDATE',
    ])
    for (const text of stream.texts.filter((each) => each.includes('ORDER_TRADE_UPDATE"')))
      expect(text).toContain(`"i":${orderId},`)
    const [, update] = await stream.events('ACCOUNT_UPDATE', 2)
    expect(update.a).toMatchObject({
      m: 'ORDER',
      P: [{ s: 'ETHUSDT', pa: '0.600', ep: '2381', mt: 'cross', ps: 'BOTH' }],
    })
    const truth = await ledger(simulator, user.account_id)
    expect(truth.orders).toMatchObject([{ order_id: orderId, status: 'FILLED', executed_qty: '0.6' }])
    expect(Number(update.a.B[0].wb)).toBe(Number(truth.balances.USDT))
    expect((await call('GET', '/fapi/v1/userTrades', { symbol: 'ETHUSDT' })).body).toHaveLength(2)
    expect((await call('GET', '/fapi/v1/income', { incomeType: 'COMMISSION' })).body).toHaveLength(2)
    expect((await call('GET', '/fapi/v1/allOrders')).body).toMatchObject([
      { symbol: 'ETHUSDT', status: 'FILLED', avgPrice: '2381.00000', cumBase: '0.600' },
    ])
    await stream.close()
  })

  it('refuses with the futures codes', async () => {
    user = await account(simulator, 'futures', { balances: { USDT: '1000' } })
    const fail = async (params: object) => (await call('POST', '/fapi/v1/order', { ...limit, ...params })).body.code
    expect(await fail({ symbol: 'NOPE' })).toBe(-1121)
    expect(await fail({ type: 'STOP_MARKET' })).toBe(-4120)
    expect(await fail({ quantity: '0' })).toBe(-4003)
    expect(await fail({ quantity: '0.0005' })).toBe(-1111)
    expect(await fail({ quantity: '0.001' })).toBe(-4164)
    expect(await fail({ price: '2380.001' })).toBe(-4014)
    expect(await fail({ price: '9999' })).toBe(-4016)
    expect(await fail({ positionSide: 'LONG' })).toBe(-4061)
    expect(await fail({ quantity: '100' })).toBe(-2019)
    expect(await fail({ reduceOnly: 'true' })).toBe(-2022)
    expect(await fail({ timeInForce: 'GTX', price: '2450' })).toBe(-5022)
    expect(await fail({ timeInForce: 'FOK' })).toBe(-5021)
    expect(await fail({ newClientOrderId: 'x'.repeat(40) })).toBe(-4015)
    expect(await fail({ timeInForce: 'GTD', goodTillDate: Date.now() + 1000 })).toBe(-5040)
    expect((await call('DELETE', '/fapi/v1/order', { symbol: 'ETHUSDT', orderId: 5 })).body).toEqual({
      code: -2011,
      msg: 'Unknown order sent.',
    })
    expect((await call('GET', '/fapi/v1/order', { symbol: 'ETHUSDT', orderId: 5 })).body.code).toBe(-2013)
    const spot = await account(simulator, 'spot')
    expect((await listenKey(simulator, spot)).body.code).toBe(-2015)
  })

  it('keeps hedge positions apart', async () => {
    user = await account(simulator, 'futures')
    expect((await call('POST', '/fapi/v1/positionSide/dual', { dualSidePosition: 'true' })).body.code).toBe(200)
    expect((await call('POST', '/fapi/v1/positionSide/dual', { dualSidePosition: 'true' })).body.code).toBe(-4059)
    const market = { symbol: 'BTCUSDT', type: 'MARKET', quantity: '0.010' }
    await call('POST', '/fapi/v1/order', { ...market, side: 'BUY', positionSide: 'LONG' })
    await call('POST', '/fapi/v1/order', { ...market, side: 'SELL', positionSide: 'SHORT' })
    const amounts = async () =>
      (await call('GET', '/fapi/v3/positionRisk')).body.map(
        (row: Record<string, string>) => `${row.positionSide} ${row.positionAmt}`,
      )
    expect(await amounts()).toEqual(['LONG 0.010', 'SHORT -0.010'])
    expect(
      (
        await call('POST', '/fapi/v1/order', {
          ...market,
          side: 'SELL',
          positionSide: 'LONG',
          newOrderRespType: 'RESULT',
        })
      ).body.status,
    ).toBe('FILLED')
    expect(await amounts()).toEqual(['SHORT -0.010'])
    expect((await call('POST', '/fapi/v1/order', { ...market, side: 'SELL', positionSide: 'LONG' })).body.code).toBe(
      -2022,
    )
    expect((await call('POST', '/fapi/v1/positionSide/dual', { dualSidePosition: 'false' })).body.code).toBe(-4068)
  })

  it('runs conditional orders through their states', async () => {
    user = await account(simulator, 'futures')
    const stream = await futuresStream(simulator, user)
    await call('POST', '/fapi/v1/order', { symbol: 'SOLUSDT', side: 'BUY', type: 'MARKET', quantity: '10' })
    const stop = {
      algoType: 'CONDITIONAL',
      symbol: 'SOLUSDT',
      side: 'SELL',
      type: 'STOP_MARKET',
      triggerPrice: '170',
      quantity: '10',
      reduceOnly: 'true',
    }
    expect((await call('POST', '/fapi/v1/algoOrder', { ...stop, triggerPrice: '190' })).body.code).toBe(-2021)
    const placed = (await call('POST', '/fapi/v1/algoOrder', { ...stop, clientAlgoId: 'sl' })).body
    expect(Object.keys(placed)).toHaveLength(25)
    expect((await call('GET', '/fapi/v1/openOrders')).body).toEqual([])
    expect((await call('GET', '/fapi/v1/openAlgoOrders')).body).toMatchObject([
      { algoId: placed.algoId, actualOrderId: '' },
    ])
    const other = (await call('POST', '/fapi/v1/algoOrder', { ...stop, triggerPrice: '100' })).body
    expect((await call('DELETE', '/fapi/v1/algoOrder', { algoId: other.algoId })).body).toMatchObject({
      code: '200',
      msg: 'success',
    })
    await price(simulator, 'futures', 'SOLUSDT', '169')
    await stream.until((frame) => frame.o?.X === 'FINISHED')
    const states = (await stream.events('ALGO_UPDATE')).filter(({ o }) => o.aid === placed.algoId).map(({ o }) => o.X)
    expect(states).toEqual(['NEW', 'TRIGGERING', 'TRIGGERED', 'FINISHED'])
    const finished = (await call('GET', '/fapi/v1/algoOrder', { clientAlgoId: 'sl' })).body
    expect(finished).toMatchObject({ algoStatus: 'FINISHED', actualType: 'MARKET', actualQty: '10' })
    const [fill] = await stream.until((frame) => frame.o?.x === 'TRADE' && String(frame.o.i) === finished.actualOrderId)
    expect(fill.o).toMatchObject({ o: 'MARKET', ot: 'STOP_MARKET', sp: '170', X: 'FILLED' })
    expect(
      (await call('GET', '/fapi/v1/allAlgoOrders', { symbol: 'SOLUSDT' })).body.map(
        (row: { algoStatus: string }) => row.algoStatus,
      ),
    ).toEqual(['FINISHED', 'CANCELED'])
    await price(simulator, 'futures', 'SOLUSDT', '180')
    await stream.close()
  })

  it('trails a price', async () => {
    user = await account(simulator, 'futures')
    const stream = await futuresStream(simulator, user)
    await call('POST', '/fapi/v1/order', { symbol: 'BNBUSDT', side: 'BUY', type: 'MARKET', quantity: '1' })
    await call('POST', '/fapi/v1/algoOrder', {
      algoType: 'CONDITIONAL',
      symbol: 'BNBUSDT',
      side: 'SELL',
      type: 'TRAILING_STOP_MARKET',
      quantity: '1',
      callbackRate: '1',
      activatePrice: '640',
    })
    for (const to of ['635', '645', '660', '655', '653']) await price(simulator, 'futures', 'BNBUSDT', to)
    await stream.until((frame) => frame.o?.X === 'FINISHED')
    expect((await stream.events('ALGO_UPDATE')).map(({ o }) => [o.X, o.ia].join())).toEqual([
      'NEW,false',
      'NEW,true',
      'TRIGGERING,true',
      'TRIGGERED,true',
      'FINISHED,true',
    ])
    await stream.close()
  })

  describe('listen keys', () => {
    it('are one per account, expire after an hour and say so to those who asked', async () => {
      user = await account(simulator, 'futures')
      const stream = await futuresStream(simulator, user)
      const deaf = await futuresStream(simulator, user, 'ORDER_TRADE_UPDATE')
      const { listenKey: key } = (await listenKey(simulator, user)).body
      expect(key).toMatch(/^[A-Za-z0-9]{64}$/)
      await sim(simulator, 'POST', '/sim/clock', { advance_ms: 59 * 60_000 })
      expect((await listenKey(simulator, user, 'PUT')).body).toEqual({ listenKey: key })
      await sim(simulator, 'POST', '/sim/clock', { advance_ms: 59 * 60_000 })
      expect((await listenKey(simulator, user)).body).toEqual({ listenKey: key })
      await sim(simulator, 'POST', '/sim/clock', { advance_ms: 60 * 60_000 })
      expect((await stream.events('listenKeyExpired'))[0].listenKey).toBe(key)
      expect(await listenKey(simulator, user, 'PUT')).toMatchObject({ status: 400, body: { code: -1125 } })
      // The socket stays open, but hears nothing of the account any more and lists nothing.
      expect((await deaf.control('LIST_SUBSCRIPTIONS')).result).toEqual([])
      expect((await listenKey(simulator, user)).body.listenKey).not.toBe(key)
      await call('POST', '/fapi/v1/order', limit)
      await deaf.control('LIST_SUBSCRIPTIONS')
      expect(deaf.frames.filter((frame) => frame.e)).toEqual([])
      await Promise.all([stream.close(), deaf.close()])
    })

    it('open every documented form of the private URL', async () => {
      user = await account(simulator, 'futures')
      const key = (await listenKey(simulator, user)).body.listenKey as string
      const open = (path: string) => TestSocket.open(`${simulator.url}/binance/futures${path}`)
      const forms = {
        [`/private/ws?listenKey=${key}`]: 'raw',
        [`/private/stream?listenKey=${key}&events=ORDER_TRADE_UPDATE`]: `${key}@ORDER_TRADE_UPDATE`,
        [`/private/stream?streams=${key}@ORDER_TRADE_UPDATE/${key}@ACCOUNT_UPDATE`]: `${key}@ORDER_TRADE_UPDATE`,
        [`/private/stream?streams=${key}`]: key,
      }
      const sockets = await Promise.all(Object.keys(forms).map(open))
      const silent = await Promise.all(
        [`/private/ws/${key}`, `/ws/${key}`, '/private/ws?listenKey=bogus&events=ORDER_TRADE_UPDATE'].map(open),
      )
      const byMessage = await open('/private/ws')
      expect((await byMessage.control('SUBSCRIBE', [`${key}@ORDER_TRADE_UPDATE`])).result).toBeNull()
      await call('POST', '/fapi/v1/order', limit)
      for (const [i, wrapped] of Object.values(forms).entries()) {
        const [frame] = await (sockets[i] as TestSocket).until((each) => (each.data ?? each).e === 'ORDER_TRADE_UPDATE')
        expect(frame.stream).toBe(wrapped === 'raw' ? undefined : wrapped)
      }
      await byMessage.events('ORDER_TRADE_UPDATE')
      for (const socket of silent) {
        await socket.control('LIST_SUBSCRIPTIONS')
        expect(socket.frames.filter((frame) => frame.e)).toEqual([])
      }
      await Promise.all([...sockets, ...silent, byMessage].map((socket) => socket.close()))
    })

    it('close a socket that talks too much', async () => {
      const socket = await TestSocket.open(`${simulator.url}/binance/futures/private/ws`)
      for (let i = 0; i < 60; i++) socket.ws.send('{"method":"LIST_SUBSCRIPTIONS","id":1}')
      expect(await socket.closed).toEqual({ code: 1008, reason: 'Too many requests' })
    })
  })

  it('tells settings, margin calls, deposits and funding', async () => {
    user = await account(simulator, 'futures')
    const stream = await futuresStream(simulator, user)
    await call('POST', '/fapi/v1/leverage', { symbol: 'BTCUSDT', leverage: 10 })
    expect((await stream.events('ACCOUNT_CONFIG_UPDATE'))[0].ac).toEqual({ s: 'BTCUSDT', l: 10 })
    await call('POST', '/fapi/v1/order', { symbol: 'BTCUSDT', side: 'BUY', type: 'MARKET', quantity: '0.010' })
    await sim(simulator, 'POST', '/sim/faults', { kind: 'margin_call', account_id: user.account_id })
    expect((await stream.events('MARGIN_CALL'))[0].p).toMatchObject([{ s: 'BTCUSDT', mt: 'CROSSED' }])
    await sim(simulator, 'POST', '/sim/transfer', { account_id: user.account_id, asset: 'USDT', amount: '10' })
    await sim(simulator, 'POST', '/sim/funding', { account_id: user.account_id, symbol: 'BTCUSDT', rate: '0.0001' })
    const updates = await stream.events('ACCOUNT_UPDATE', 3)
    expect(updates.map(({ a }) => a.m)).toEqual(['ORDER', 'DEPOSIT', 'FUNDING_FEE'])
    expect(updates[2].a).toMatchObject({ S: 'BTCUSDT', P: [] })
    expect((await call('GET', '/fapi/v1/income')).body.map((row: { incomeType: string }) => row.incomeType)).toEqual([
      'COMMISSION',
      'TRANSFER',
      'FUNDING_FEE',
    ])
    for (const path of [
      '/fapi/v2/account',
      '/fapi/v3/account',
      '/fapi/v2/balance',
      '/fapi/v3/balance',
      '/fapi/v2/positionRisk',
      '/fapi/v1/accountConfig',
      '/fapi/v1/symbolConfig',
      '/fapi/v1/leverageBracket',
      '/fapi/v1/rateLimit/order',
      '/fapi/v1/exchangeInfo',
      '/fapi/v1/premiumIndex',
      '/fapi/v1/multiAssetsMargin',
      '/fapi/v1/forceOrders',
    ]) {
      expect([path, (await call('GET', path)).status]).toEqual([path, 200])
    }
    await stream.close()
  })

  it('liquidates an account that is out of margin', async () => {
    user = await account(simulator, 'futures', { balances: { USDT: '500' } })
    const stream = await futuresStream(simulator, user)
    await call('POST', '/fapi/v1/order', { symbol: 'XRPUSDT', side: 'BUY', type: 'MARKET', quantity: '15000' })
    await price(simulator, 'futures', 'XRPUSDT', '0.485')
    const [frame] = await stream.until(({ o }) => o?.x === 'CALCULATED')
    expect(frame.o).toMatchObject({ o: 'LIQUIDATION', ot: 'LIQUIDATION', S: 'SELL' })
    expect(frame.o.c).toMatch(/^autoclose-\d+$/)
    expect((await call('GET', '/fapi/v1/forceOrders', { symbol: 'XRPUSDT' })).body).toMatchObject([
      { type: 'LIQUIDATION', status: 'FILLED' },
    ])
    await price(simulator, 'futures', 'XRPUSDT', '0.52')
    await stream.close()
  })

  it('cancels in batches, all at once, and by countdown', async () => {
    user = await account(simulator, 'futures')
    const batch = await call('POST', '/fapi/v1/batchOrders', {
      batchOrders: JSON.stringify([limit, { ...limit, price: '1' }, { ...limit, reduceOnly: 'true' }]),
    })
    expect(batch.body).toMatchObject([{ status: 'NEW' }, { code: -4164 }, { code: -2022 }])
    const id = /"orderId":(\d+)/.exec(batch.text)?.[1]
    expect(
      (await call('DELETE', '/fapi/v1/batchOrders', { symbol: 'ETHUSDT', orderIdList: `[${id},7]` })).body,
    ).toMatchObject([{ status: 'CANCELED' }, { code: -2011 }])
    await call('POST', '/fapi/v1/order', limit)
    expect((await call('DELETE', '/fapi/v1/allOpenOrders', { symbol: 'ETHUSDT' })).body.code).toBe(200)
    await call('POST', '/fapi/v1/order', limit)
    await call('POST', '/fapi/v1/countdownCancelAll', { symbol: 'ETHUSDT', countdownTime: 60_000 })
    await sim(simulator, 'POST', '/sim/clock', { advance_ms: 60_000 })
    expect((await call('GET', '/fapi/v1/openOrders', { symbol: 'ETHUSDT' })).body).toEqual([])
  })

  it('publishes the market on the right paths only', async () => {
    const open = (path: string) => TestSocket.open(`${simulator.url}/binance/futures${path}`)
    const pub = await open('/public/ws/btcusdt@depth20@100ms')
    const market = await open('/market/stream?streams=btcusdt@markPrice@1s/btcusdt@ticker')
    const wrong = await open('/market/ws/btcusdt@depth20@100ms')
    expect((await pub.until((frame) => frame.e === 'depthUpdate'))[0]).toMatchObject({ s: 'BTCUSDT' })
    await market.until(({ stream }) => stream === 'btcusdt@markPrice@1s')
    await wrong.control('LIST_SUBSCRIPTIONS')
    expect(wrong.frames.filter((frame) => frame.e)).toEqual([])
    await Promise.all([pub.close(), market.close(), wrong.close()])
  })
})
