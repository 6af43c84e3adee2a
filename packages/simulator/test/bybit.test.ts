import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { Simulator } from '../src/index.ts'
import { get, movePrice, open, place, post, rows, stream, user } from './bybit-client.ts'
import { ledger, sim, start } from './harness.ts'

const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/

describe('Bybit over REST and the private stream', () => {
  let simulator: Simulator
  beforeAll(async () => {
    simulator = await start({ limits: 'off' })
  })
  afterAll(() => simulator.close())

  it('places, fills in parts and tells it on all four topics', async () => {
    const owner = await user(simulator)
    const events = await stream(simulator, owner)
    const orderId = await place(simulator, owner, {
      category: 'linear',
      symbol: 'BTCUSDT',
      side: 'Buy',
      orderType: 'Limit',
      qty: '0.02',
      price: '94000',
      orderLinkId: 'hub-0001',
    })
    expect(orderId).toMatch(UUID)
    const [placed] = await rows(events, 'order', (row) => row.orderId === orderId)
    expect(placed).toMatchObject({
      category: 'linear',
      symbol: 'BTCUSDT',
      orderLinkId: 'hub-0001',
      orderStatus: 'New',
      positionIdx: 0,
      price: '94000',
      qty: '0.02',
      leavesQty: '0.02',
      leavesValue: '1880',
      avgPrice: '',
      cumExecQty: '0',
      cumFeeDetail: {},
      createType: 'CreateByUser',
      cancelType: 'UNKNOWN',
      rejectReason: 'EC_NoError',
      reduceOnly: false,
    })
    // A position is shown with every order, even a flat one.
    await rows(events, 'position', (row) => row.symbol === 'BTCUSDT' && row.side === '' && row.size === '0')

    await movePrice(simulator, 'futures', 'BTCUSDT', '93990', '0.005')
    const [fill] = await rows(events, 'execution', (row) => row.orderId === orderId)
    expect(fill).toMatchObject({
      category: 'linear',
      execType: 'Trade',
      execPrice: '94000',
      execQty: '0.005',
      execValue: '470',
      execFee: '0.094',
      feeRate: '0.0002',
      isMaker: true,
      leavesQty: '0.015',
      closedSize: '0',
    })
    expect(fill.execId).toMatch(UUID)
    const partly = (await rows(events, 'order', (row) => row.orderStatus === 'PartiallyFilled')).at(-1)
    expect(partly).toMatchObject({
      cumExecQty: '0.005',
      cumExecValue: '470',
      avgPrice: '94000',
      cumFeeDetail: { USDT: '0.094' },
    })
    const held = await rows(events, 'position', (row) => row.size === '0.005')
    expect(held.at(-1)).toMatchObject({ side: 'Buy', entryPrice: '94000', leverage: '10', curRealisedPnl: '-0.094' })
    expect(held.at(-1)).not.toHaveProperty('avgPrice')
    const wallet = await rows(events, 'wallet', (row) => row.coin[0].walletBalance === '99999.906')
    expect(wallet.at(-1)).toMatchObject({ accountType: 'UNIFIED' })

    await post(simulator, owner, '/v5/order/cancel', { category: 'linear', symbol: 'BTCUSDT', orderId })
    const cancelled = (await rows(events, 'order', (row) => row.orderStatus === 'Cancelled')).at(-1)
    expect(cancelled).toMatchObject({
      cumExecQty: '0.005',
      cancelType: 'CancelByUser',
      rejectReason: 'EC_PerCancelRequest',
      leavesQty: '0',
    })
    const truth = await ledger(simulator, owner.account_id)
    expect(truth.orders).toMatchObject([
      { order_id: orderId, status: 'Cancelled', symbol: 'BTCUSDT', trading_mode: 'futures' },
    ])
    expect(truth.executions).toMatchObject([{ trade_id: fill.execId, order_id: orderId, fee: '0.094' }])
  })

  it('ends a spot buy for money with what is left of it', async () => {
    const owner = await user(simulator)
    const events = await stream(simulator, owner)
    await place(simulator, owner, { category: 'spot', symbol: 'BTCUSDT', side: 'Buy', orderType: 'Market', qty: '100' })
    const ended = (await rows(events, 'order', (row) => row.orderStatus === 'PartiallyFilledCanceled')).at(-1)
    expect(ended).toMatchObject({
      category: 'spot',
      marketUnit: 'quoteCoin',
      qty: '100',
      price: '0',
      timeInForce: 'IOC',
      rejectReason: 'EC_NoError',
      leavesQty: '0',
    })
    expect(Number(ended.leavesValue)).toBeGreaterThan(0)
    expect(Object.keys(ended.cumFeeDetail)).toEqual(['BTC'])
    expect(ended).not.toHaveProperty('createType')
    const [fill] = await rows(events, 'execution', () => true)
    expect(fill).toMatchObject({ category: 'spot', feeCurrency: 'BTC', isMaker: false, feeRate: '0.001' })
  })

  it('accepts what it then cancels', async () => {
    const owner = await user(simulator)
    const events = await stream(simulator, owner, ['order.linear', 'order.spot'])
    const base = { category: 'linear', symbol: 'ETHUSDT', side: 'Buy', orderType: 'Limit', qty: '0.1' }
    await place(simulator, owner, { ...base, price: '2500', timeInForce: 'PostOnly' })
    const taker = await rows(events, 'order.linear', (row) => row.timeInForce === 'PostOnly')
    expect(taker).toHaveLength(1)
    expect(taker[0]).toMatchObject({
      orderStatus: 'Cancelled',
      rejectReason: 'EC_PostOnlyWillTakeLiquidity',
      cumExecQty: '0',
    })
    await place(simulator, owner, { ...base, price: '2300', timeInForce: 'IOC' })
    const ioc = (await rows(events, 'order.linear', (row) => row.timeInForce === 'IOC')).at(-1)
    expect(ioc).toMatchObject({ orderStatus: 'Cancelled', rejectReason: 'EC_NoImmediateQtyToFill' })
    await place(simulator, owner, { ...base, price: '2300', timeInForce: 'FOK' })
    const fok = (await rows(events, 'order.linear', (row) => row.timeInForce === 'FOK')).at(-1)
    expect(fok).toMatchObject({ orderStatus: 'Cancelled', rejectReason: 'EC_CancelForNoFullFill' })
  })

  it('amends, and keeps the id', async () => {
    const owner = await user(simulator)
    const events = await stream(simulator, owner)
    const order = { category: 'spot', symbol: 'ETHUSDT', side: 'Buy', orderType: 'Limit', qty: '0.5', price: '2300' }
    const orderId = await place(simulator, owner, order)
    const amended = await post(simulator, owner, '/v5/order/amend', {
      category: 'spot',
      symbol: 'ETHUSDT',
      orderId,
      qty: '0.4',
      price: '2310',
    })
    expect(amended.body).toMatchObject({ retCode: 0, result: { orderId, orderLinkId: '' } })
    await rows(events, 'order', (row) => row.orderId === orderId && row.qty === '0.4' && row.price === '2310')
    const listed = await get(simulator, owner, '/v5/order/realtime', { category: 'spot' })
    expect(listed.body.result.list).toMatchObject([{ orderId, qty: '0.4', price: '2310', orderStatus: 'New' }])
    const same = await post(simulator, owner, '/v5/order/amend', {
      category: 'spot',
      symbol: 'ETHUSDT',
      orderId,
      qty: '0.4',
    })
    expect(same.body.retCode).toBe(10001)
  })

  it('lets conditional orders wait, trigger and be deactivated', async () => {
    const owner = await user(simulator)
    const events = await stream(simulator, owner)
    const stop = {
      category: 'linear',
      symbol: 'SOLUSDT',
      side: 'Buy',
      qty: '1',
      triggerDirection: 1,
      triggerPrice: '190',
      triggerBy: 'MarkPrice',
    }
    const limit = await place(simulator, owner, { ...stop, orderType: 'Limit', price: '185' })
    const market = await place(simulator, owner, { ...stop, orderType: 'Market', triggerPrice: '195' })
    const waiting = await rows(events, 'order', (row) => row.orderId === market)
    expect(waiting.at(-1)).toMatchObject({
      orderStatus: 'Untriggered',
      stopOrderType: 'Stop',
      triggerPrice: '195',
      triggerDirection: 1,
    })
    await movePrice(simulator, 'futures', 'SOLUSDT', '191')
    await rows(events, 'order', (row) => row.orderId === limit && row.orderStatus === 'New')
    const states = (await rows(events, 'order', () => true))
      .filter((row) => row.orderId === limit)
      .map((row) => row.orderStatus)
    expect(states).toEqual(['Untriggered', 'Triggered', 'New'])
    await post(simulator, owner, '/v5/order/cancel', { category: 'linear', symbol: 'SOLUSDT', orderId: market })
    const gone = (await rows(events, 'order', (row) => row.orderStatus === 'Deactivated')).at(-1)
    expect(gone).toMatchObject({ orderId: market, cancelType: 'CancelByUser' })
    const wrong = await post(simulator, owner, '/v5/order/create', {
      ...stop,
      orderType: 'Market',
      triggerPrice: '150',
    })
    expect(wrong.body.retCode).toBe(110092)
    await movePrice(simulator, 'futures', 'SOLUSDT', '180')
  })

  it('closes all of a position by then with a quantity of zero', async () => {
    const owner = await user(simulator)
    const events = await stream(simulator, owner)
    const buy = { category: 'linear', symbol: 'XRPUSDT', side: 'Buy', orderType: 'Market', qty: '20' }
    const close = { ...buy, side: 'Sell', qty: '0', triggerPrice: '0.5', triggerDirection: 2 }
    expect((await post(simulator, owner, '/v5/order/create', close)).body.retCode).toBe(10001)
    const all = { ...close, reduceOnly: true, closeOnTrigger: true }
    expect((await post(simulator, owner, '/v5/order/create', all)).body.retCode).toBe(110017)
    await place(simulator, owner, buy)
    const orderId = await place(simulator, owner, all)
    await place(simulator, owner, buy)
    await movePrice(simulator, 'futures', 'XRPUSDT', '0.49')
    const done = await rows(events, 'order', (row) => row.orderId === orderId && row.orderStatus === 'Filled')
    expect(done.find((row) => row.orderId === orderId && row.orderStatus === 'Filled').cumExecQty).toBe('40')
    const { list } = (await get(simulator, owner, '/v5/position/list', { category: 'linear', symbol: 'XRPUSDT' })).body
      .result
    expect(list).toMatchObject([{ size: '0', side: '' }])
    await movePrice(simulator, 'futures', 'XRPUSDT', '0.52')
  })

  it('keeps spot conditional orders under their own filter', async () => {
    const owner = await user(simulator)
    const order = {
      category: 'spot',
      symbol: 'SOLUSDT',
      side: 'Sell',
      orderType: 'Limit',
      qty: '1',
      price: '170',
      triggerPrice: '171',
    }
    const orderId = await place(simulator, owner, { ...order, orderFilter: 'StopOrder' })
    const cancel = { category: 'spot', symbol: 'SOLUSDT', orderId }
    expect((await post(simulator, owner, '/v5/order/cancel', cancel)).body.retCode).toBe(170213)
    expect(
      (await post(simulator, owner, '/v5/order/cancel', { ...cancel, orderFilter: 'StopOrder' })).body.retCode,
    ).toBe(0)
    // It takes no SOL before it triggers, one with its money set aside needs some.
    expect(
      (await post(simulator, owner, '/v5/order/create', { ...order, orderFilter: 'tpslOrder' })).body.retCode,
    ).toBe(170131)
  })

  it('holds a long and a short position in hedge mode', async () => {
    const owner = await user(simulator)
    const events = await stream(simulator, owner)
    const mode = { category: 'linear', coin: 'USDT', mode: 3 }
    expect((await post(simulator, owner, '/v5/position/switch-mode', mode)).body.retCode).toBe(0)
    expect((await post(simulator, owner, '/v5/position/switch-mode', mode)).body.retCode).toBe(110025)
    const order = { category: 'linear', symbol: 'ETHUSDT', orderType: 'Market', qty: '0.1' }
    const bare = await post(simulator, owner, '/v5/order/create', { ...order, side: 'Buy' })
    expect(bare.body).toMatchObject({ retCode: 10001, retMsg: 'position idx not match position mode' })
    await place(simulator, owner, { ...order, side: 'Buy', positionIdx: 1 })
    await place(simulator, owner, { ...order, side: 'Sell', positionIdx: 2 })
    await rows(events, 'position', (row) => row.positionIdx === 2 && row.side === 'Sell')
    const listed = await get(simulator, owner, '/v5/position/list', { category: 'linear', settleCoin: 'USDT' })
    expect(listed.body.result.list).toHaveLength(2)
    await place(simulator, owner, { ...order, side: 'Sell', positionIdx: 1, reduceOnly: true })
    const after = await get(simulator, owner, '/v5/position/list', { category: 'linear', symbol: 'ETHUSDT' })
    expect(after.body.result.list).toMatchObject(
      expect.arrayContaining([expect.objectContaining({ positionIdx: 1, side: '', size: '0' })]),
    )
    const closed = await get(simulator, owner, '/v5/position/closed-pnl', { category: 'linear' })
    expect(closed.body.result.list).toMatchObject([{ side: 'Sell', closedSize: '0.1', fillCount: '1' }])
  })

  it('settles inverse contracts in their coin and USDC contracts in USDC', async () => {
    const owner = await user(simulator)
    const events = await stream(simulator, owner)
    await place(simulator, owner, {
      category: 'inverse',
      symbol: 'BTCUSD',
      side: 'Buy',
      orderType: 'Market',
      qty: '9500',
    })
    const position = (await rows(events, 'position', (row) => row.symbol === 'BTCUSD' && row.size === '9500')).at(-1)
    expect(position).toMatchObject({ category: 'inverse', side: 'Buy' })
    const [fill] = await rows(events, 'execution', () => true)
    expect(Number(fill.execValue)).toBeLessThan(0.11)
    await place(simulator, owner, {
      category: 'linear',
      symbol: 'BTCPERP',
      side: 'Sell',
      orderType: 'Market',
      qty: '0.01',
    })
    const perp = (await rows(events, 'order', (row) => row.symbol === 'BTCPERP' && row.orderStatus === 'Filled')).at(-1)
    expect(Object.keys(perp.cumFeeDetail)).toEqual(['USDC'])
    const usdt = await get(simulator, owner, '/v5/position/list', { category: 'linear', settleCoin: 'USDT' })
    expect(usdt.body.result.list).toEqual([])
    const usdc = await get(simulator, owner, '/v5/position/list', { category: 'linear', settleCoin: 'USDC' })
    expect(usdc.body.result.list).toMatchObject([{ symbol: 'BTCPERP', side: 'Sell' }])
    expect((await get(simulator, owner, '/v5/position/list', { category: 'linear' })).body.retCode).toBe(10001)
  })

  it('pages open orders, history and fills', async () => {
    const owner = await user(simulator)
    const order = { category: 'linear', symbol: 'XRPUSDT', side: 'Buy', orderType: 'Limit', qty: '20', price: '0.5' }
    const ids = []
    for (let i = 0; i < 5; i++) ids.push(await place(simulator, owner, order))
    expect((await get(simulator, owner, '/v5/order/realtime', { category: 'linear' })).body.retCode).toBe(10001)
    const seen: string[] = []
    let cursor = ''
    do {
      const params = {
        category: 'linear',
        settleCoin: 'USDT',
        limit: 2,
        ...(cursor === '' ? {} : { cursor: decodeURIComponent(cursor) }),
      }
      const { result } = (await get(simulator, owner, '/v5/order/realtime', params)).body
      seen.push(...result.list.map((row: { orderId: string }) => row.orderId))
      cursor = result.nextPageCursor
    } while (cursor !== '')
    expect(seen).toEqual([...ids].reverse())
    await post(simulator, owner, '/v5/order/cancel-all', { category: 'linear', settleCoin: 'USDT' })
    const history = await get(simulator, owner, '/v5/order/history', { category: 'linear', limit: 50 })
    expect(history.body.result.list).toHaveLength(5)
    const recent = await get(simulator, owner, '/v5/order/realtime', {
      category: 'linear',
      settleCoin: 'USDT',
      openOnly: 1,
    })
    expect(recent.body.result.list).toHaveLength(5)
    const wide = await get(simulator, owner, '/v5/order/history', {
      category: 'linear',
      startTime: 1,
      endTime: 8 * 86_400_000,
    })
    expect(wide.body.retCode).toBe(10001)
  })

  it('forgets what ended without a fill after a day', async () => {
    await using own = await start()
    const owner = await user(own)
    const order = { category: 'spot', symbol: 'XRPUSDT', side: 'Buy', orderType: 'Limit', qty: '20', price: '0.5' }
    const orderId = await place(own, owner, order)
    await post(own, owner, '/v5/order/cancel', { category: 'spot', symbol: 'XRPUSDT', orderId })
    const filled = await place(own, owner, { ...order, price: '0.53' })
    const find = async (id: string) =>
      (await get(own, owner, '/v5/order/history', { category: 'spot', orderId: id })).body.result.list
    expect(await find(orderId)).toHaveLength(1)
    await sim(own, 'POST', '/sim/clock', { advance_ms: 25 * 3_600_000 })
    expect(await find(orderId)).toEqual([])
    expect(await find(filled)).toHaveLength(1)
  })

  it('tells public data without a key', async () => {
    const time = await open(simulator, '/v5/market/time')
    expect(Math.abs(Number(time.body.result.timeSecond) * 1000 - Date.now())).toBeLessThan(5000)
    const first = await open(simulator, '/v5/market/instruments-info', { category: 'linear', limit: '2' })
    expect(first.body.result.list).toHaveLength(2)
    const next = await open(simulator, '/v5/market/instruments-info', {
      category: 'linear',
      limit: '2',
      cursor: decodeURIComponent(first.body.result.nextPageCursor),
    })
    expect(next.body.result.list[0].symbol).not.toBe(first.body.result.list[0].symbol)
    const book = await open(simulator, '/v5/market/orderbook', { category: 'spot', symbol: 'BTCUSDT', limit: '5' })
    expect(book.body.result.b).toHaveLength(5)
    const kline = await open(simulator, '/v5/market/kline', {
      category: 'linear',
      symbol: 'BTCUSDT',
      interval: '60',
      limit: '3',
    })
    expect(kline.body.result.list).toHaveLength(3)
    expect(Number(kline.body.result.list[0][0])).toBeGreaterThan(Number(kline.body.result.list[1][0]))
    expect((await open(simulator, '/v5/market/tickers', { category: 'linear' })).body.result.list[0].bid1Price).toMatch(
      /^\d/,
    )
    expect((await open(simulator, '/v5/market/tickers', { category: 'option' })).body.retCode).toBe(10001)
  })
})
