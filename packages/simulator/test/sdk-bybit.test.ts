import { RestClientV5, WebsocketAPIClient, WebsocketClient } from 'bybit-api'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { Simulator } from '../src/index.ts'
import { movePrice, user } from './bybit-client.ts'
import { start, type TestAccount } from './harness.ts'

/** The npm package `bybit-api` against the simulator: baseUrl for REST, one wsUrl a socket. */

type Row = Record<string, unknown>

/** Collects the rows of the SDK's `update` channel by topic and lets a test wait for one. */
class Inbox {
  readonly seen: { topic: string; row: Row }[] = []
  #wake: (() => void)[] = []

  take(message: { topic: string; data: unknown }): void {
    const rows = Array.isArray(message.data) ? message.data : [message.data]
    for (const row of rows) this.seen.push({ topic: message.topic, row: row as Row })
    for (const wake of this.#wake.splice(0)) wake()
  }

  async until(topic: string, fits: (row: Row) => boolean): Promise<Row> {
    for (;;) {
      const found = this.seen.find((each) => each.topic === topic && fits(each.row))
      if (found) return found.row
      await new Promise<void>((resolve) => this.#wake.push(resolve))
    }
  }
}

const quiet = { trace: () => {}, info: () => {}, error: () => {} }

describe('npm bybit-api', () => {
  let simulator: Simulator
  let ws: string
  const sockets: { closeAll(force?: boolean): void }[] = []
  beforeAll(async () => {
    simulator = await start({ limits: 'off' })
    ws = `${simulator.url.replace('http', 'ws')}/bybit`
  })
  afterAll(async () => {
    for (const socket of sockets) socket.closeAll(true)
    await simulator.close()
  })

  const rest = (owner: TestAccount) =>
    new RestClientV5({ key: owner.api_key, secret: owner.api_secret, baseUrl: `${simulator.url}/bybit` })

  function listen(path: string, owner?: TestAccount) {
    const keys = owner ? { key: owner.api_key, secret: owner.api_secret } : {}
    const socket = new WebsocketClient({ market: 'v5', ...keys, wsUrl: ws + path }, quiet)
    sockets.push(socket)
    const inbox = new Inbox()
    socket.on('update', (message: { topic: string; data: unknown }) => inbox.take(message))
    socket.on('exception', () => {})
    // The SDK's own promise is over before the connection is up, so the venue's answer is waited for.
    const subscribed = new Promise<void>((resolve) => {
      socket.on('response', (answer: { op?: string; success?: boolean }) => {
        if (answer.op === 'subscribe' && answer.success) resolve()
      })
    })
    return { socket, inbox, subscribed }
  }

  it('places, streams, queries, amends and cancels', async () => {
    const owner = await user(simulator)
    const client = rest(owner)
    const { socket, inbox, subscribed } = listen('/v5/private', owner)
    void socket.subscribeV5(['order', 'execution', 'position', 'wallet'], 'linear')
    await subscribed

    const placed = await client.submitOrder({
      category: 'linear',
      symbol: 'ETHUSDT',
      side: 'Buy',
      orderType: 'Limit',
      qty: '1',
      price: '2300',
      orderLinkId: 'sdk-1',
    })
    expect(placed).toMatchObject({ retCode: 0, result: { orderLinkId: 'sdk-1' } })
    const { orderId } = placed.result
    await inbox.until('order', (row) => row.orderId === orderId && row.orderStatus === 'New')
    const open = await client.getActiveOrders({ category: 'linear', symbol: 'ETHUSDT' })
    expect(open.result.list).toMatchObject([{ orderId, orderStatus: 'New', price: '2300' }])

    expect((await client.amendOrder({ category: 'linear', symbol: 'ETHUSDT', orderId, price: '2310' })).retCode).toBe(0)
    await inbox.until('order', (row) => row.orderId === orderId && row.price === '2310')
    await movePrice(simulator, 'futures', 'ETHUSDT', '2309', '0.4')
    expect(await inbox.until('execution', (row) => row.orderId === orderId)).toMatchObject({
      execQty: '0.4',
      isMaker: true,
    })
    await inbox.until('position', (row) => row.symbol === 'ETHUSDT' && row.size === '0.4')
    await inbox.until('wallet', () => true)
    const fills = await client.getExecutionList({ category: 'linear', symbol: 'ETHUSDT' })
    expect(fills.result.list).toMatchObject([{ orderId, execQty: '0.4', leavesQty: '0.6' }])

    expect((await client.cancelOrder({ category: 'linear', symbol: 'ETHUSDT', orderId })).retCode).toBe(0)
    await inbox.until('order', (row) => row.orderId === orderId && row.orderStatus === 'Cancelled')
    const history = await client.getHistoricOrders({ category: 'linear', symbol: 'ETHUSDT' })
    expect(history.result.list).toMatchObject([{ orderId, orderStatus: 'Cancelled', cumExecQty: '0.4' }])
    await movePrice(simulator, 'futures', 'ETHUSDT', '2400')
  })

  it('works with conditional orders, hedge positions and the account', async () => {
    const owner = await user(simulator)
    const client = rest(owner)
    const { socket, inbox, subscribed } = listen('/v5/private', owner)
    void socket.subscribeV5(['order', 'position'], 'linear')
    await subscribed
    expect((await client.switchPositionMode({ category: 'linear', coin: 'USDT', mode: 3 })).retCode).toBe(0)
    const base = { category: 'linear', symbol: 'SOLUSDT', orderType: 'Market', qty: '1' } as const
    await client.submitOrder({ ...base, side: 'Buy', positionIdx: 1 })
    await client.submitOrder({ ...base, side: 'Sell', positionIdx: 2 })
    const stop = await client.submitOrder({
      ...base,
      side: 'Sell',
      positionIdx: 1,
      triggerPrice: '170',
      triggerDirection: 2,
      triggerBy: 'MarkPrice',
      reduceOnly: true,
    })
    await inbox.until('order', (row) => row.orderId === stop.result.orderId && row.orderStatus === 'Untriggered')
    const held = await client.getPositionInfo({ category: 'linear', settleCoin: 'USDT' })
    expect(held.result.list.map(({ positionIdx, side, size }) => ({ positionIdx, side, size }))).toEqual(
      expect.arrayContaining([
        { positionIdx: 1, side: 'Buy', size: '1' },
        { positionIdx: 2, side: 'Sell', size: '1' },
      ]),
    )
    await movePrice(simulator, 'futures', 'SOLUSDT', '169')
    await inbox.until('order', (row) => row.orderId === stop.result.orderId && row.orderStatus === 'Triggered')
    await inbox.until('order', (row) => row.orderId === stop.result.orderId && row.orderStatus === 'Filled')
    await inbox.until('position', (row) => row.positionIdx === 1 && row.size === '0' && row.symbol === 'SOLUSDT')
    expect(
      (await client.setLeverage({ category: 'linear', symbol: 'SOLUSDT', buyLeverage: '3', sellLeverage: '3' }))
        .retCode,
    ).toBe(0)
    const wallet = await client.getWalletBalance({ accountType: 'UNIFIED', coin: 'USDT' })
    expect(wallet.result.list[0]?.coin[0]?.coin).toBe('USDT')
    expect((await client.getQueryApiKey()).result).toMatchObject({ readOnly: 0, ips: ['*'] })
    expect((await client.getAccountInfo()).result.unifiedMarginStatus).toBe(5)
    await movePrice(simulator, 'futures', 'SOLUSDT', '180')
  })

  it('sends orders over the trade socket', async () => {
    const owner = await user(simulator)
    const api = new WebsocketAPIClient(
      { key: owner.api_key, secret: owner.api_secret, wsUrl: `${ws}/v5/trade`, attachEventListeners: false },
      quiet,
    )
    sockets.push(api.getWSClient())
    const placed = await api.submitNewOrder({
      category: 'spot',
      symbol: 'BTCUSDT',
      side: 'Buy',
      orderType: 'Limit',
      qty: '0.01',
      price: '90000',
    })
    expect(placed).toMatchObject({ retCode: 0, op: 'order.create' })
    const { orderId } = placed.data
    const named = { category: 'spot', symbol: 'BTCUSDT', orderId } as const
    expect(await api.amendOrder({ ...named, qty: '0.02' })).toMatchObject({ retCode: 0 })
    expect(await api.cancelOrder(named)).toMatchObject({ retCode: 0, data: { orderId } })
    expect(await rest(owner).getHistoricOrders({ category: 'spot' })).toMatchObject({
      result: { list: [{ orderId, orderStatus: 'Cancelled', qty: '0.02' }] },
    })
  })

  it('reads public data over REST and sockets', async () => {
    const client = new RestClientV5({ baseUrl: `${simulator.url}/bybit` })
    expect(Math.abs((await client.fetchServerTime()) - Date.now() / 1000)).toBeLessThan(5)
    const spot = await client.getInstrumentsInfo({ category: 'spot' })
    expect(spot.result.list.map(({ symbol }) => symbol)).toContain('BTCUSDT')
    const book = await client.getOrderbook({ category: 'linear', symbol: 'BTCUSDT', limit: 3 })
    expect(book.result.a).toHaveLength(3)
    const { socket, inbox } = listen('/v5/public/linear')
    void socket.subscribeV5(['orderbook.50.BTCUSDT', 'tickers.BTCUSDT'], 'linear')
    expect(await inbox.until('orderbook.50.BTCUSDT', () => true)).toMatchObject({ s: 'BTCUSDT' })
    expect(await inbox.until('tickers.BTCUSDT', () => true)).toMatchObject({ symbol: 'BTCUSDT', lastPrice: '95000' })
  })
})
