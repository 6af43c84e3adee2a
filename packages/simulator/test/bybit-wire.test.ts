import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { Simulator } from '../src/index.ts'
import { authArgs, get, open, place, post, rows, socket, stream, user } from './bybit-client.ts'
import { sim, start, type TestAccount, type TestSocket } from './harness.ts'

const say = (to: TestSocket, message: object) => to.ws.send(JSON.stringify(message))

describe('Bybit requests', () => {
  let simulator: Simulator
  let owner: TestAccount
  beforeAll(async () => {
    simulator = await start({ limits: 'off' })
    owner = await user(simulator)
  })
  afterAll(() => simulator.close())

  it('answer in one envelope, with status 200 for errors too', async () => {
    const good = await get(simulator, owner, '/v5/account/info')
    expect(good.body).toMatchObject({ retCode: 0, retMsg: 'OK', retExtInfo: {}, result: { unifiedMarginStatus: 5 } })
    expect(Math.abs(good.body.time - Date.now())).toBeLessThan(5000)
    const bad = await get(simulator, owner, '/v5/position/list', { category: 'linear', symbol: 'NOPEUSDT' })
    expect(bad).toMatchObject({ status: 200, body: { retCode: 10001, result: {} } })
    expect((await open(simulator, '/v5/nothing')).status).toBe(404)
    const bare = await fetch(`${simulator.url}/bybit/v5/account/info`)
    expect(bare.status).toBe(401)
  })

  it('are checked for key, time and signature', async () => {
    const code = async (whose: TestAccount, options: object = {}) =>
      (await get(simulator, whose, '/v5/account/info', {}, options)).body.retCode
    expect(await code({ ...owner, api_key: 'nobody' })).toBe(10003)
    expect(await code({ ...owner, api_secret: 'wrong' })).toBe(10004)
    const now = Date.now()
    expect(await code(owner, { timestamp: now - 6000 })).toBe(10002)
    expect(await code(owner, { timestamp: now - 6000, window: '20000' })).toBe(0)
    expect(await code(owner, { timestamp: now + 500 })).toBe(0)
    expect(await code(owner, { timestamp: now + 5000, window: '20000' })).toBe(10002)
    const body = await post(simulator, owner, '/v5/order/create', {}, { headers: { 'X-BAPI-SIGN': 'ff' } })
    expect(body.body.retCode).toBe(10004)
  })

  it('of a read-only key change nothing, and of a deleted one nothing at all', async () => {
    const reader = await user(simulator, { permissions: ['read'] })
    expect((await get(simulator, reader, '/v5/user/query-api')).body.result).toMatchObject({
      readOnly: 1,
      ips: ['*'],
      type: 1,
    })
    const order = { category: 'spot', symbol: 'BTCUSDT', side: 'Buy', orderType: 'Limit', qty: '0.01', price: '90000' }
    expect((await post(simulator, reader, '/v5/order/create', order)).body.retCode).toBe(10005)
    const events = await stream(simulator, reader)
    await sim(simulator, 'DELETE', `/sim/accounts/${reader.account_id}`)
    await events.closed
    expect((await get(simulator, reader, '/v5/user/query-api')).body.retCode).toBe(10003)
  })

  it('come from the addresses of the key only', async () => {
    const here = await user(simulator, { ips: ['127.0.0.1'] })
    expect((await get(simulator, here, '/v5/user/query-api')).body.result.ips).toEqual(['127.0.0.1'])
    const elsewhere = await user(simulator, { ips: ['203.0.113.7'] })
    expect((await get(simulator, elsewhere, '/v5/user/query-api')).body.retCode).toBe(10010)
    await expect(stream(simulator, elsewhere)).rejects.toThrow('Params Error')
  })

  it('of a key that is not bound to addresses are refused after 90 days', async () => {
    await using own = await start()
    const loose = await user(own)
    const bound = await user(own, { permissions: ['ip_restrict'] })
    expect((await get(own, loose, '/v5/user/query-api')).body.result.deadlineDay).toBe(90)
    await sim(own, 'POST', '/sim/clock', { advance_ms: 91 * 86_400_000 })
    expect((await get(own, loose, '/v5/user/query-api')).body.retCode).toBe(33004)
    expect((await get(own, bound, '/v5/user/query-api')).body.retCode).toBe(0)
  })

  it('tell what a key may do', async () => {
    const rich = await user(simulator, { permissions: ['withdraw', 'internal_transfer', 'ip_restrict'] })
    const { result } = (await get(simulator, rich, '/v5/user/query-api')).body
    expect(result).toMatchObject({
      readOnly: 0,
      ips: ['127.0.0.1'],
      permissions: { Wallet: ['AccountTransfer', 'Withdraw'], Spot: ['SpotTrade'] },
    })
    const spotOnly = await user(simulator, { permissions: ['spot'] })
    expect((await get(simulator, spotOnly, '/v5/user/query-api')).body.result.permissions.ContractTrade).toEqual([])
    const order = {
      category: 'linear',
      symbol: 'BTCUSDT',
      side: 'Buy',
      orderType: 'Limit',
      qty: '0.01',
      price: '90000',
    }
    expect((await post(simulator, spotOnly, '/v5/order/create', order)).body.retCode).toBe(10005)
  })

  it('are refused with the documented codes', async () => {
    const code = async (order: object) => (await post(simulator, owner, '/v5/order/create', order)).body.retCode
    const linear = {
      category: 'linear',
      symbol: 'BTCUSDT',
      side: 'Buy',
      orderType: 'Limit',
      qty: '0.01',
      price: '90000',
    }
    const spot = { category: 'spot', symbol: 'BTCUSDT', side: 'Buy', orderType: 'Limit', qty: '0.01', price: '90000' }
    expect(await code({ ...linear, qty: '50' })).toBe(110007)
    expect(await code({ ...linear, qty: '0.0015' })).toBe(10001)
    expect(await code({ ...linear, price: '90000.05' })).toBe(10001)
    expect(await code({ ...linear, price: '200000' })).toBe(30208)
    expect(await code({ ...linear, side: 'Sell', price: '50000' })).toBe(30209)
    expect(await code({ ...linear, symbol: 'XRPUSDT', qty: '1', price: '0.5' })).toBe(110094)
    expect(await code({ ...linear, reduceOnly: true, side: 'Sell' })).toBe(110017)
    expect(await code({ ...spot, qty: '20' })).toBe(170131)
    expect(await code({ ...spot, qty: '0.0000001' })).toBe(170137)
    expect(await code({ ...spot, price: '90000.001' })).toBe(170134)
    expect(await code({ ...spot, price: '150000' })).toBe(170193)
    expect(await code({ ...spot, qty: '0.00001', price: '90000' })).toBe(170140)
    expect(await code({ ...spot, orderLinkId: 'no spaces' })).toBe(10001)
    expect(await code({ ...spot, orderLinkId: 'once' })).toBe(0)
    expect(await code({ ...spot, symbol: 'ETHUSDT', price: '2300', orderLinkId: 'once' })).toBe(170141)
    expect(await code({ ...linear, orderLinkId: 'once' })).toBe(0)
    await post(simulator, owner, '/v5/order/cancel', { category: 'linear', symbol: 'BTCUSDT', orderLinkId: 'once' })
    expect(await code({ ...linear, orderLinkId: 'once' })).toBe(110072)
    const gone = { category: 'linear', symbol: 'BTCUSDT', orderLinkId: 'once' }
    expect((await post(simulator, owner, '/v5/order/cancel', gone)).body.retCode).toBe(110001)
    const strange = { category: 'linear', symbol: 'BTCUSDT', orderId: 'b1a7c3d0-1111-4222-8333-944455556661' }
    expect((await post(simulator, owner, '/v5/order/amend', { ...strange, qty: '1' })).body.retCode).toBe(110001)
  })

  it('set leverage and margin mode', async () => {
    const own = await user(simulator)
    const leverage = { category: 'linear', symbol: 'BTCUSDT', buyLeverage: '5', sellLeverage: '5' }
    expect((await post(simulator, own, '/v5/position/set-leverage', leverage)).body.retCode).toBe(0)
    expect((await post(simulator, own, '/v5/position/set-leverage', leverage)).body.retCode).toBe(110043)
    await post(simulator, own, '/v5/account/set-margin-mode', { setMarginMode: 'ISOLATED_MARGIN' })
    expect((await get(simulator, own, '/v5/account/info')).body.result.marginMode).toBe('ISOLATED_MARGIN')
    await place(simulator, own, {
      category: 'linear',
      symbol: 'BTCUSDT',
      side: 'Buy',
      orderType: 'Market',
      qty: '0.01',
    })
    const [position] = (await get(simulator, own, '/v5/position/list', { category: 'linear', symbol: 'BTCUSDT' })).body
      .result.list
    expect(position).toMatchObject({ side: 'Buy', size: '0.01', leverage: '5' })
    const { list } = (await get(simulator, own, '/v5/account/wallet-balance', { accountType: 'UNIFIED' })).body.result
    expect(list[0]).toMatchObject({ accountType: 'UNIFIED', totalAvailableBalance: '' })
    expect((await post(simulator, own, '/v5/position/switch-isolated', {})).body.retCode).toBe(100028)
  })

  it('work in batches, each order with its own code', async () => {
    const own = await user(simulator)
    const order = { symbol: 'ETHUSDT', side: 'Buy', orderType: 'Limit', qty: '0.1', price: '2300' }
    const request = [order, { ...order, price: '9', side: 'Sell' }, { ...order, orderLinkId: 'third' }]
    const { body } = await post(simulator, own, '/v5/order/create-batch', { category: 'linear', request })
    expect(body.retExtInfo.list.map((each: { code: number }) => each.code)).toEqual([0, 30209, 0])
    expect(body.result.list[2]).toMatchObject({ category: 'linear', symbol: 'ETHUSDT', orderLinkId: 'third' })
    const all = await post(simulator, own, '/v5/order/cancel-all', { category: 'linear', symbol: 'ETHUSDT' })
    expect(all.body.result.list).toHaveLength(2)
  })

  it('explain every change of the wallet', async () => {
    const own = await user(simulator)
    await place(simulator, own, { category: 'spot', symbol: 'BTCUSDT', side: 'Buy', orderType: 'Market', qty: '1000' })
    await place(simulator, own, {
      category: 'linear',
      symbol: 'BTCUSDT',
      side: 'Buy',
      orderType: 'Market',
      qty: '0.01',
    })
    await sim(simulator, 'POST', '/sim/funding', { account_id: own.account_id, symbol: 'BTCUSDT', rate: '0.0001' })
    await sim(simulator, 'POST', '/sim/transfer', { account_id: own.account_id, asset: 'USDT', amount: '25' })
    const { list } = (await get(simulator, own, '/v5/account/transaction-log')).body.result
    expect(list.map((row: { type: string }) => row.type)).toEqual(
      expect.arrayContaining(['TRADE', 'SETTLEMENT', 'TRANSFER_IN']),
    )
    const wallet = (await get(simulator, own, '/v5/account/wallet-balance', { accountType: 'UNIFIED', coin: 'USDT' }))
      .body
    const newest = list.find((row: { currency: string }) => row.currency === 'USDT')
    expect(newest.cashBalance).toBe(wallet.result.list[0].coin[0].walletBalance)
    const funding = await get(simulator, own, '/v5/execution/list', { category: 'linear', execType: 'Funding' })
    expect(funding.body.result.list).toMatchObject([{ execType: 'Funding', orderType: 'UNKNOWN', execQty: '0.01' }])
  })

  it('protect a position with take profit and stop loss', async () => {
    const own = await user(simulator)
    const events = await stream(simulator, own)
    await place(simulator, own, {
      category: 'linear',
      symbol: 'SOLUSDT',
      side: 'Buy',
      orderType: 'Market',
      qty: '2',
      takeProfit: '200',
      stopLoss: '160',
      orderLinkId: 'parent',
    })
    await rows(events, 'order', (row) => row.stopOrderType === 'StopLoss')
    const open = (await get(simulator, own, '/v5/order/realtime', { category: 'linear', symbol: 'SOLUSDT' })).body
      .result.list
    expect(open).toMatchObject([
      {
        stopOrderType: 'StopLoss',
        triggerPrice: '160',
        parentOrderLinkId: 'parent',
        createType: 'CreateByStopLoss',
        reduceOnly: true,
      },
      { stopOrderType: 'TakeProfit', triggerPrice: '200', orderStatus: 'Untriggered' },
    ])
    const moved = { category: 'linear', symbol: 'SOLUSDT', stopLoss: '170', positionIdx: 0 }
    expect((await post(simulator, own, '/v5/position/trading-stop', moved)).body.retCode).toBe(0)
    expect((await post(simulator, own, '/v5/position/trading-stop', moved)).body.retCode).toBe(34040)
    const [position] = (await get(simulator, own, '/v5/position/list', { category: 'linear', symbol: 'SOLUSDT' })).body
      .result.list
    expect(position).toMatchObject({ takeProfit: '200', stopLoss: '170' })
    await sim(simulator, 'POST', '/sim/price', {
      exchange: 'bybit',
      trading_mode: 'futures',
      symbol: 'SOLUSDT',
      price: '169',
    })
    await rows(events, 'order', (row) => row.stopOrderType === 'StopLoss' && row.orderStatus === 'Filled')
    const cleared = (
      await rows(
        events,
        'order',
        (row) => row.cancelType === 'CancelByTpSlTsClear' && row.stopOrderType === 'TakeProfit',
      )
    ).at(-1)
    expect(cleared).toBeDefined()
    const after = (await get(simulator, own, '/v5/position/list', { category: 'linear', symbol: 'SOLUSDT' })).body
      .result.list
    expect(after).toMatchObject([{ size: '0', takeProfit: '', stopLoss: '' }])
    await sim(simulator, 'POST', '/sim/price', {
      exchange: 'bybit',
      trading_mode: 'futures',
      symbol: 'SOLUSDT',
      price: '180',
    })
  })
})

describe('Bybit limits', () => {
  it('count calls of an account in the second, and say so', async () => {
    await using simulator = await start()
    const owner = await user(simulator)
    const answers = await Promise.all(Array.from({ length: 13 }, () => get(simulator, owner, '/v5/user/query-api')))
    const over = answers.filter((answer) => answer.body.retCode === 10006)
    expect(over.length).toBeGreaterThan(0)
    expect(over[0]?.headers.get('X-Bapi-Limit')).toBe('10')
    expect(over[0]?.headers.get('X-Bapi-Limit-Status')).toBe('0')
    expect(Number(over[0]?.headers.get('X-Bapi-Limit-Reset-Timestamp'))).toBeGreaterThan(Date.now() - 2000)
    await sim(simulator, 'POST', '/sim/clock', { advance_ms: 1500 })
    expect((await get(simulator, owner, '/v5/user/query-api')).body.retCode).toBe(0)
  })

  it('shut an address out for ten minutes', async () => {
    await using simulator = await start()
    const times = Array.from({ length: 601 }, () => open(simulator, '/v5/market/time'))
    const answers = await Promise.all(times)
    const shut = answers.filter((answer) => answer.status === 403)
    expect(shut.length).toBeGreaterThan(0)
    expect(shut[0]?.text).toContain('access too frequent')
    await expect(socket(simulator, '/v5/private')).rejects.toThrow('handshake 403')
    await sim(simulator, 'POST', '/sim/clock', { advance_ms: 599_000 })
    expect((await open(simulator, '/v5/market/time')).status).toBe(403)
    await sim(simulator, 'POST', '/sim/clock', { advance_ms: 601_000 })
    expect((await open(simulator, '/v5/market/time')).status).toBe(200)
  })
})

describe('Bybit sockets', () => {
  let simulator: Simulator
  let owner: TestAccount
  beforeAll(async () => {
    simulator = await start({ limits: 'off' })
    owner = await user(simulator)
  })
  afterAll(() => simulator.close())

  it('log on to the private path once, and refuse in its words', async () => {
    const priv = await socket(simulator, '/v5/private')
    say(priv, { op: 'subscribe', args: ['order'] })
    await priv.until((frame) => frame.ret_msg === 'error:topic:order needs auth first' && frame.success === false)
    say(priv, { op: 'auth', args: ['nobody', Date.now() + 10_000, 'ff'] })
    await priv.until((frame) => frame.op === 'auth' && frame.ret_msg === 'Params Error')
    say(priv, { op: 'auth', args: authArgs(owner, Date.now() - 1) })
    await priv.until((frame) => String(frame.ret_msg).startsWith('error:request expired'))
    say(priv, { req_id: 'a1', op: 'auth', args: authArgs(owner) })
    const [ok] = await priv.until((frame) => frame.req_id === 'a1')
    expect(ok).toMatchObject({ success: true, ret_msg: '', op: 'auth', conn_id: expect.any(String) })
    expect(ok).not.toHaveProperty('retCode')
    for (const text of priv.texts) expect(text).not.toContain(owner.api_key)
    say(priv, { req_id: 's1', op: 'subscribe', args: ['order', 'oder'] })
    const [failed] = await priv.until((frame) => frame.req_id === 's1')
    expect(failed).toMatchObject({ success: false, ret_msg: 'Invalid topic: oder', op: 'subscribe' })
    say(priv, { req_id: 's2', op: 'subscribe', args: ['order', 'order.linear'] })
    expect((await priv.until((frame) => frame.req_id === 's2'))[0].success).toBe(false)
    say(priv, { req_id: 'p1', op: 'ping' })
    const [pong] = await priv.until((frame) => frame.op === 'pong')
    expect(pong).toMatchObject({ req_id: 'p1', args: [expect.stringMatching(/^\d{13}$/)] })
    await priv.close()
  })

  it('send no picture of the account on subscribing', async () => {
    const own = await user(simulator)
    await place(simulator, own, {
      category: 'spot',
      symbol: 'ETHUSDT',
      side: 'Buy',
      orderType: 'Limit',
      qty: '1',
      price: '2300',
    })
    const events = await stream(simulator, own)
    say(events, { req_id: 'after', op: 'ping' })
    await events.until((frame) => frame.req_id === 'after')
    expect(events.frames.filter((frame) => frame.topic !== undefined)).toEqual([])
    await events.close()
  })

  it('take orders on the trade path', async () => {
    const trade = await socket(simulator, '/v5/trade')
    const events = await stream(simulator, owner, ['order'])
    say(trade, {
      reqId: 'early',
      header: { 'X-BAPI-TIMESTAMP': String(Date.now()) },
      op: 'order.create',
      args: [{ category: 'spot' }],
    })
    expect((await trade.until((frame) => frame.reqId === 'early'))[0].retCode).toBe(10005)
    say(trade, { op: 'auth', args: ['nobody', Date.now() + 1000, 'ff'] })
    expect((await trade.until((frame) => frame.op === 'auth'))[0]).toMatchObject({
      retCode: 10004,
      retMsg: 'invalid sign',
    })
    say(trade, { op: 'auth', args: authArgs(owner) })
    const [auth] = await trade.until((frame) => frame.op === 'auth' && frame.retCode === 0)
    expect(auth).toMatchObject({ retMsg: 'OK', connId: expect.any(String) })
    say(trade, { op: 'auth', args: authArgs(owner) })
    await trade.until((frame) => frame.retCode === 20001)
    const ask = async (reqId: string, op: string, args: object, timestamp = Date.now()) => {
      say(trade, {
        reqId,
        header: { 'X-BAPI-TIMESTAMP': String(timestamp), 'X-BAPI-RECV-WINDOW': '5000' },
        op,
        args: [args],
      })
      return (await trade.until((frame) => frame.reqId === reqId)).at(-1)
    }
    const order = {
      category: 'linear',
      symbol: 'BTCUSDT',
      side: 'Buy',
      orderType: 'Limit',
      qty: '0.02',
      price: '94000',
      orderLinkId: 'over-ws',
    }
    const placed = await ask('r1', 'order.create', order)
    expect(placed).toMatchObject({
      retCode: 0,
      retMsg: 'OK',
      op: 'order.create',
      data: { orderLinkId: 'over-ws' },
      header: { 'X-Bapi-Limit': '10' },
    })
    await rows(events, 'order', (row) => row.orderId === placed.data.orderId)
    const named = { category: 'linear', symbol: 'BTCUSDT', orderId: placed.data.orderId }
    expect(await ask('r2', 'order.amend', { ...named, price: '93900' })).toMatchObject({ retCode: 0 })
    expect(await ask('r3', 'order.cancel', named)).toMatchObject({ retCode: 0 })
    expect(await ask('r4', 'order.create', { ...order, orderLinkId: 'too-much', qty: '90' })).toMatchObject({
      retCode: 110007,
      data: {},
    })
    expect(await ask('r5', 'order.nothing', order)).toMatchObject({ retCode: 10404 })
    expect(await ask('r6', 'order.create', order, Date.now() - 60_000)).toMatchObject({ retCode: 10002 })
    await ask('r6', 'order.create', order)
    await trade.until((frame) => frame.reqId === 'r6' && frame.retCode === 20006)
    const batch = await ask('r7', 'order.create-batch', {
      category: 'spot',
      request: [{ ...order, symbol: 'ETHUSDT', price: '2300', orderLinkId: 'b' }],
    })
    expect(batch).toMatchObject({
      retCode: 0,
      data: { list: [{ orderLinkId: 'b' }] },
      retExtInfo: { list: [{ code: 0 }] },
    })
    say(trade, { op: 'ping', reqId: 'ping' })
    expect((await trade.until((frame) => frame.op === 'pong'))[0]).toMatchObject({
      retCode: 0,
      retMsg: 'OK',
      data: [expect.any(String)],
    })
    await trade.close()
    await events.close()
  })

  it('cut who neither asks nor hears anything', async () => {
    await using own = await start()
    const short = await socket(own, '/v5/private?max_active_time=30s')
    const long = await socket(own, '/v5/private')
    await sim(own, 'POST', '/sim/clock', { advance_ms: 61_000 })
    await short.closed
    say(long, { op: 'ping' })
    await long.until((frame) => frame.op === 'pong')
    await sim(own, 'POST', '/sim/clock', { advance_ms: 500_000 })
    say(long, { op: 'ping', req_id: 'again' })
    await long.until((frame) => frame.req_id === 'again')
    await sim(own, 'POST', '/sim/clock', { advance_ms: 631_000 })
    await long.closed
  })

  it('carry books whose update ids follow each other', async () => {
    const linear = await socket(simulator, '/v5/public/linear')
    say(linear, {
      req_id: 'x',
      op: 'subscribe',
      args: ['orderbook.50.BTCUSDT', 'tickers.BTCUSDT', 'publicTrade.BTCUSDT', 'kline.1.BTCUSDT'],
    })
    await linear.until((frame) => frame.req_id === 'x' && frame.success)
    const of = (topic: string) => (frame: { topic?: string }) => frame.topic === topic
    const [snapshot] = await linear.until(of('orderbook.50.BTCUSDT'))
    expect(snapshot).toMatchObject({
      type: 'snapshot',
      data: { s: 'BTCUSDT' },
      ts: expect.any(Number),
      cts: expect.any(Number),
    })
    expect(snapshot.data.b).toHaveLength(50)
    const [ticker] = await linear.until(of('tickers.BTCUSDT'))
    expect(ticker).toMatchObject({ type: 'snapshot', data: { symbol: 'BTCUSDT', bid1Price: expect.any(String) } })
    const move = (price: string) =>
      sim(simulator, 'POST', '/sim/price', { exchange: 'bybit', trading_mode: 'futures', symbol: 'BTCUSDT', price })
    await move('95100')
    await linear.until((frame) => frame.topic === 'publicTrade.BTCUSDT' && frame.data[0].p === '95100')
    const [delta] = await linear.until((frame) => frame.topic === 'tickers.BTCUSDT' && frame.type === 'delta')
    expect(delta.data.lastPrice).toBe('95100')
    expect(delta.data.fundingRate).toBeUndefined()
    await linear.until((frame) => frame.topic === 'orderbook.50.BTCUSDT' && frame.type === 'delta')
    await move('95000')
    await linear.until((frame) => frame.topic === 'orderbook.50.BTCUSDT' && frame.type === 'delta', 2)
    // Replaying the messages gives the book that the venue has.
    const book = new Map<string, string>()
    let last = 0
    for (const { type, data } of linear.frames.filter(of('orderbook.50.BTCUSDT'))) {
      if (type === 'snapshot') book.clear()
      else expect(data.u).toBe(last + 1)
      last = data.u
      for (const [price, size] of data.b) size === '0' ? book.delete(price) : book.set(price, size)
    }
    const rest = (await open(simulator, '/v5/market/orderbook', { category: 'linear', symbol: 'BTCUSDT', limit: '50' }))
      .body.result
    expect([...book].sort()).toEqual([...rest.b].sort())
    say(linear, { req_id: 'again', op: 'subscribe', args: ['tickers.BTCUSDT'] })
    expect((await linear.until((frame) => frame.req_id === 'again'))[0].ret_msg).toBe(
      'error:already subscribed,topic:tickers.BTCUSDT',
    )
    say(linear, { req_id: 'p', op: 'ping' })
    expect((await linear.until((frame) => frame.ret_msg === 'pong'))[0]).toMatchObject({
      success: true,
      op: 'ping',
      req_id: 'p',
    })
    await linear.close()
  })

  it('carry spot tickers whole and without bid and ask, and ten topics a request', async () => {
    const spot = await socket(simulator, '/v5/public/spot')
    say(spot, { op: 'subscribe', args: ['tickers.BTCUSDT', 'orderbook.1.BTCUSDT'] })
    const [ticker] = await spot.until((frame) => frame.topic === 'tickers.BTCUSDT')
    expect(ticker.data).not.toHaveProperty('bid1Price')
    await spot.until((frame) => frame.topic === 'orderbook.1.BTCUSDT' && frame.data.b.length === 1)
    say(spot, { req_id: 'many', op: 'subscribe', args: Array.from({ length: 11 }, (_, i) => `kline.${i}.BTCUSDT`) })
    expect((await spot.until((frame) => frame.req_id === 'many'))[0].success).toBe(false)
    say(spot, { req_id: 'none', op: 'subscribe', args: ['orderbook.500.BTCUSDT'] })
    expect((await spot.until((frame) => frame.req_id === 'none'))[0].ret_msg).toBe(
      'error:handler not found,topic:orderbook.500.BTCUSDT',
    )
    await spot.close()
  })
})

describe('whatever is sent to the Bybit paper exchange', () => {
  const STRANGE = [
    null,
    true,
    -1,
    0.5,
    1e21,
    '',
    ' ',
    'x'.repeat(300),
    [],
    [null],
    {},
    '0',
    '-1',
    '1e5',
    'NaN',
    '99999999999999999999',
  ]

  it('is answered, and surprises nobody', async () => {
    const surprises: string[] = []
    await using simulator = await start({ limits: 'off', log: (message) => surprises.push(message) })
    const owner = await user(simulator)
    const order: Record<string, unknown> = {
      category: 'linear',
      symbol: 'BTCUSDT',
      side: 'Buy',
      orderType: 'Limit',
      qty: '0.01',
      price: '90000',
      positionIdx: 0,
      timeInForce: 'GTC',
      orderLinkId: 'x',
      triggerPrice: '99000',
      triggerDirection: 1,
      takeProfit: '99000',
      smpType: 'None',
      reduceOnly: false,
      orderId: 'b1a7c3d0-1111-4222-8333-944455556661',
      request: [],
      mode: 3,
      buyLeverage: '5',
      sellLeverage: '5',
      stopLoss: '80000',
      setMarginMode: 'REGULAR_MARGIN',
    }
    const paths = [
      'order/create',
      'order/amend',
      'order/cancel',
      'order/cancel-all',
      'order/create-batch',
      'position/set-leverage',
      'position/switch-mode',
      'position/trading-stop',
      'account/set-margin-mode',
    ]
    for (const category of ['spot', 'linear', 'inverse', 'option']) {
      for (const path of paths) {
        for (const name of Object.keys(order)) {
          const value = STRANGE[(name.length * 7 + path.length + category.length) % STRANGE.length]
          const answer = await post(simulator, owner, `/v5/${path}`, { ...order, category, [name]: value })
          expect(answer.status).toBe(200)
          expect(typeof answer.body.retCode).toBe('number')
        }
      }
    }
    const queries = [
      'order/realtime',
      'order/history',
      'execution/list',
      'position/list',
      'position/closed-pnl',
      'account/wallet-balance',
      'account/transaction-log',
      'market/kline',
      'market/orderbook',
      'market/instruments-info',
    ]
    for (const path of queries) {
      for (const name of [
        'category',
        'symbol',
        'cursor',
        'limit',
        'startTime',
        'endTime',
        'settleCoin',
        'orderId',
        'openOnly',
        'interval',
        'start',
      ]) {
        for (const value of ['', 'x', '-1', '%', '%25', '1:2', '999999999999999', '0']) {
          const params = { category: 'linear', symbol: 'BTCUSDT', interval: '1', accountType: 'UNIFIED', [name]: value }
          const answer = await get(simulator, owner, `/v5/${path}`, params)
          expect(answer.status).toBe(200)
        }
      }
    }
    for (const path of ['/v5/private', '/v5/trade', '/v5/public/linear', '/v5/public/misc/status']) {
      const strange = await socket(simulator, path)
      for (const op of ['auth', 'subscribe', 'unsubscribe', 'ping', 'order.create', 7, null, {}]) {
        for (const args of STRANGE) say(strange, { op, args, req_id: args, reqId: args, header: args } as object)
      }
      for (const text of [
        '',
        '{',
        'null',
        '[]',
        '"x"',
        '{"op":"subscribe","args":["order.","..","orderbook.50.","kline..BTCUSDT"]}',
      ])
        strange.ws.send(text)
      strange.ws.send(Buffer.from([0, 255, 1]))
      say(strange, { op: 'ping', req_id: 'alive', reqId: 'alive' })
      await strange.until((frame) => frame.req_id === 'alive' || frame.reqId === 'alive')
      await strange.close()
    }
    expect(surprises).toEqual([])
  })
})
