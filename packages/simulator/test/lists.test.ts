import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { Simulator } from '../src/index.ts'
import { account, ledger, price, rest, spotStream, start, type TestAccount, type TestSocket } from './harness.ts'

describe('order lists on Binance Spot', () => {
  let simulator: Simulator
  let user: TestAccount
  let stream: TestSocket
  const call = (method: string, path: string, params = {}) => rest(simulator, 'spot', user, method, path, params)
  const fresh = async () => {
    await price(simulator, 'spot', 'BTCUSDT', '95000')
    user = await account(simulator, 'spot')
    stream = await spotStream(simulator, user)
  }
  const statuses = async () =>
    (await ledger(simulator, user.account_id)).orders.map(
      (order: Record<string, string>) => `${order.type} ${order.status}`,
    )
  const told = () =>
    stream.frames.flatMap(({ event }) =>
      event?.e === 'executionReport'
        ? [`${event.o} ${event.x} ${event.X}`]
        : event?.e === 'listStatus'
          ? [`list ${event.l}`]
          : [],
    )
  const oco = {
    symbol: 'BTCUSDT',
    side: 'SELL',
    quantity: '1',
    aboveType: 'LIMIT_MAKER',
    abovePrice: '99000',
    belowType: 'STOP_LOSS_LIMIT',
    belowStopPrice: '91000',
    belowPrice: '90000',
    belowTimeInForce: 'GTC',
    listClientOrderId: 'pair',
  }
  beforeAll(async () => {
    simulator = await start({ limits: 'off' })
  })
  afterAll(() => simulator.close())

  it('an OCO locks once, and its limit leg ends its stop leg', async () => {
    await fresh()
    const placed = (await call('POST', '/api/v3/orderList/oco', oco)).body
    expect(placed).toMatchObject({
      contingencyType: 'OCO',
      listStatusType: 'EXEC_STARTED',
      listOrderStatus: 'EXECUTING',
      listClientOrderId: 'pair',
    })
    expect(placed.orderReports.map((each: { workingTime: number }) => each.workingTime > 0)).toEqual([true, false])
    expect((await ledger(simulator, user.account_id)).locked.BTC).toBe('1')
    expect((await call('GET', '/api/v3/openOrderList')).body).toMatchObject([{ orderListId: placed.orderListId }])
    await price(simulator, 'spot', 'BTCUSDT', '99000')
    await stream.until(({ event }) => event?.l === 'ALL_DONE')
    expect(told()).toEqual([
      'LIMIT_MAKER NEW NEW',
      'STOP_LOSS_LIMIT NEW NEW',
      'list EXEC_STARTED',
      'LIMIT_MAKER TRADE FILLED',
      'STOP_LOSS_LIMIT EXPIRED EXPIRED',
      'list ALL_DONE',
    ])
    const [expired] = await stream.until(({ event }) => event?.x === 'EXPIRED')
    expect(expired.event).toMatchObject({ eR: 'OCO_TRIGGER', g: placed.orderListId })
    expect((await call('GET', '/api/v3/openOrderList')).body).toEqual([])
    expect((await ledger(simulator, user.account_id)).locked).toMatchObject({ BTC: '0' })
    await stream.close()
  })

  it('an OCO stop leg that fires ends its limit leg', async () => {
    await fresh()
    await call('POST', '/api/v3/orderList/oco', oco)
    await price(simulator, 'spot', 'BTCUSDT', '90900')
    expect(await statuses()).toEqual(['LIMIT_MAKER EXPIRED', 'STOP_LOSS_LIMIT FILLED'])
    expect((await ledger(simulator, user.account_id)).balances.BTC).toBe('0')
    await stream.close()
  })

  it('cancelling a leg cancels the list', async () => {
    await fresh()
    const placed = (await call('POST', '/api/v3/orderList/oco', oco)).body
    const answer = (await call('DELETE', '/api/v3/order', { symbol: 'BTCUSDT', orderId: placed.orders[1].orderId }))
      .body
    expect(answer).toMatchObject({
      orderListId: placed.orderListId,
      listOrderStatus: 'ALL_DONE',
      orderReports: [{ status: 'CANCELED' }, { status: 'CANCELED' }],
    })
    expect((await ledger(simulator, user.account_id)).locked.BTC).toBe('0')
    expect((await call('GET', '/api/v3/orderList', { orderListId: placed.orderListId })).body.listStatusType).toBe(
      'ALL_DONE',
    )
    await stream.close()
  })

  it('refuses prices in the wrong relation', async () => {
    await fresh()
    expect((await call('POST', '/api/v3/orderList/oco', { ...oco, abovePrice: '94000' })).body).toEqual({
      code: -2010,
      msg: 'The relationship of the prices for the orders is not correct.',
    })
    expect(await statuses()).toEqual([])
    await stream.close()
  })

  it('a pending leg starts when the working order is filled, and expires with it otherwise', async () => {
    await fresh()
    const oto = {
      symbol: 'BTCUSDT',
      workingType: 'LIMIT',
      workingSide: 'BUY',
      workingPrice: '94000',
      workingQuantity: '0.1',
      workingTimeInForce: 'GTC',
      pendingType: 'LIMIT',
      pendingSide: 'SELL',
      pendingPrice: '97000',
      pendingQuantity: '0.1',
      pendingTimeInForce: 'GTC',
    }
    const placed = (await call('POST', '/api/v3/orderList/oto', oto)).body
    expect(placed.orderReports.map((each: { status: string }) => each.status)).toEqual(['NEW', 'PENDING_NEW'])
    await price(simulator, 'spot', 'BTCUSDT', '93900')
    expect(await statuses()).toEqual(['LIMIT FILLED', 'LIMIT NEW'])
    await price(simulator, 'spot', 'BTCUSDT', '97000')
    await stream.until(({ event }) => event?.l === 'ALL_DONE')
    expect(told()).toEqual([
      'LIMIT NEW NEW',
      'LIMIT NEW PENDING_NEW',
      'list EXEC_STARTED',
      'LIMIT TRADE FILLED',
      'LIMIT NEW NEW',
      'LIMIT TRADE FILLED',
      'list ALL_DONE',
    ])
    await fresh()
    const second = (await call('POST', '/api/v3/orderList/oto', oto)).body
    await call('DELETE', '/api/v3/orderList', { symbol: 'BTCUSDT', orderListId: second.orderListId })
    expect(await statuses()).toEqual(['LIMIT CANCELED', 'LIMIT CANCELED'])
    await stream.close()
  })

  it('an OTOCO becomes an OCO, even when the working order fills at once', async () => {
    await fresh()
    const placed = (
      await call('POST', '/api/v3/orderList/otoco', {
        symbol: 'BTCUSDT',
        workingType: 'LIMIT',
        workingSide: 'BUY',
        workingPrice: '95500',
        workingQuantity: '0.1',
        workingTimeInForce: 'GTC',
        pendingSide: 'SELL',
        pendingQuantity: '0.1',
        pendingAboveType: 'LIMIT_MAKER',
        pendingAbovePrice: '99000',
        pendingBelowType: 'STOP_LOSS',
        pendingBelowStopPrice: '91000',
      })
    ).body
    expect(placed.orderReports.map((each: { status: string }) => each.status)).toEqual([
      'FILLED',
      'PENDING_NEW',
      'PENDING_NEW',
    ])
    expect(await statuses()).toEqual(['LIMIT FILLED', 'LIMIT_MAKER NEW', 'STOP_LOSS NEW'])
    await price(simulator, 'spot', 'BTCUSDT', '90500')
    expect(await statuses()).toEqual(['LIMIT FILLED', 'LIMIT_MAKER EXPIRED', 'STOP_LOSS FILLED'])
    expect((await ledger(simulator, user.account_id)).locked).toMatchObject({ BTC: '0', USDT: '0' })
    await stream.close()
  })
})
