import { MainClient, USDMClient, WebsocketAPIClient, WebsocketClient } from 'binance'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { Simulator } from '../src/index.ts'
import { account, price, start } from './harness.ts'

/** The npm package `binance` against the simulator: baseUrl for REST, wsUrl for sockets. */

type Raw = Record<string, unknown> & { e?: string; o?: Record<string, unknown> }

/** Collects user data events of the SDK's `message` channel and lets a test wait for one. */
class Inbox {
  readonly seen: Raw[] = []
  #wake: (() => void)[] = []

  take(message: unknown): void {
    const outer = message as { event?: Raw; data?: Raw } & Raw
    this.seen.push(outer.event ?? (outer.data as Raw | undefined) ?? outer)
    for (const wake of this.#wake.splice(0)) wake()
  }

  async until(fits: (event: Raw) => boolean): Promise<Raw> {
    for (;;) {
      const found = this.seen.find(fits)
      if (found) return found
      await new Promise<void>((resolve) => this.#wake.push(resolve))
    }
  }
}

const quiet = { trace: () => {}, info: () => {}, error: () => {} }

describe('npm binance', () => {
  let simulator: Simulator
  let ws: string
  beforeAll(async () => {
    simulator = await start()
    ws = simulator.url.replace('http', 'ws')
  })
  afterAll(() => simulator.close())

  it('trades and streams on spot', async () => {
    const user = await account(simulator, 'spot')
    const keys = { api_key: user.api_key, api_secret: user.api_secret }
    const rest = new MainClient({ ...keys, baseUrl: `${simulator.url}/binance/spot`, disableTimeSync: true })
    const inbox = new Inbox()
    const api = new WebsocketAPIClient({ ...keys, wsUrl: `${ws}/binance/spot`, attachEventListeners: false }, quiet)
    api.getWSClient().on('message', (message) => inbox.take(message))
    await api.subscribeUserDataStream('mainWSAPI')

    const placed = await rest.submitNewOrder({
      symbol: 'ETHUSDT',
      side: 'BUY',
      type: 'LIMIT',
      timeInForce: 'GTC',
      quantity: 1,
      price: 2300,
      newOrderRespType: 'FULL',
    })
    expect(placed).toMatchObject({ symbol: 'ETHUSDT', status: 'NEW', origQty: '1.00000000', fills: [] })
    expect(await inbox.until((event) => event.e === 'executionReport' && event.x === 'NEW')).toMatchObject({
      i: placed.orderId,
    })
    expect(await rest.getOpenOrders({ symbol: 'ETHUSDT' })).toHaveLength(1)

    await price(simulator, 'spot', 'ETHUSDT', '2299')
    const fill = await inbox.until((event) => event.e === 'executionReport' && event.x === 'TRADE')
    expect(fill).toMatchObject({ X: 'FILLED', m: true, N: 'ETH' })
    await inbox.until((event) => event.e === 'outboundAccountPosition')
    expect(await rest.getAccountTradeList({ symbol: 'ETHUSDT' })).toMatchObject([{ id: fill.t, isMaker: true }])

    // The SDK leaves the timestamp of HMAC-signed WebSocket API orders to its caller.
    const sell = {
      symbol: 'ETHUSDT',
      side: 'SELL' as const,
      type: 'LIMIT' as const,
      timeInForce: 'GTC' as const,
      quantity: 0.5,
      price: 2500,
      timestamp: Date.now(),
    }
    const viaSocket = await api.submitNewSpotOrder(sell)
    const orderId = (viaSocket.result as { orderId: number }).orderId
    await rest.cancelOrder({ symbol: 'ETHUSDT', orderId })
    expect(await inbox.until((event) => event.x === 'CANCELED')).toMatchObject({ i: orderId })
    expect(await rest.getOrder({ symbol: 'ETHUSDT', orderId })).toMatchObject({ status: 'CANCELED' })
    expect((await rest.getAccountInformation()).balances.find(({ asset }) => asset === 'ETH')?.free).toBe('0.99900000')
    expect(await rest.getApiKeyPermissions()).toMatchObject({
      enableWithdrawals: false,
      enableSpotAndMarginTrading: true,
    })
    api.disconnectAll()
  })

  it('trades and streams on USDⓈ-M futures', async () => {
    const user = await account(simulator, 'futures')
    const keys = { api_key: user.api_key, api_secret: user.api_secret }
    const baseUrl = `${simulator.url}/binance/futures`
    const rest = new USDMClient({ ...keys, baseUrl, disableTimeSync: true })
    const inbox = new Inbox()
    const streams = new WebsocketClient(
      { ...keys, wsUrl: `${ws}/binance/futures`, restOptions: { baseUrl, disableTimeSync: true } },
      quiet,
    )
    streams.on('message', (message) => inbox.take(message))
    await streams.subscribeUsdFuturesUserDataStream()

    const placed = await rest.submitNewOrder({
      symbol: 'BTCUSDT',
      side: 'BUY',
      type: 'LIMIT',
      timeInForce: 'GTC',
      quantity: 0.02,
      price: 94000,
    })
    expect(placed).toMatchObject({ status: 'NEW', executedQty: '0' })
    const orders = (execution: string) => (event: Raw) => event.e === 'ORDER_TRADE_UPDATE' && event.o?.x === execution
    await inbox.until(orders('NEW'))
    await rest.modifyOrder({ symbol: 'BTCUSDT', side: 'BUY', orderId: placed.orderId, quantity: 0.03, price: 94100 })
    await inbox.until(orders('AMENDMENT'))
    await price(simulator, 'futures', 'BTCUSDT', '94000')
    expect((await inbox.until(orders('TRADE'))).o).toMatchObject({ X: 'FILLED', z: '0.030', L: '94100' })
    await inbox.until((event) => event.e === 'ACCOUNT_UPDATE')
    expect(await rest.getPositionsV3({ symbol: 'BTCUSDT' })).toMatchObject([{ positionAmt: '0.030' }])
    expect(await rest.getAccountTrades({ symbol: 'BTCUSDT' })).toHaveLength(1)

    const resting = await rest.submitNewOrder({
      symbol: 'BTCUSDT',
      side: 'SELL',
      type: 'LIMIT',
      timeInForce: 'GTC',
      quantity: 0.01,
      price: 99000,
    })
    await rest.cancelOrder({ symbol: 'BTCUSDT', orderId: resting.orderId })
    await inbox.until(orders('CANCELED'))
    expect(await rest.getAllOrders({ symbol: 'BTCUSDT' })).toHaveLength(2)

    const algo = await rest.submitNewAlgoOrder({
      algoType: 'CONDITIONAL',
      symbol: 'BTCUSDT',
      side: 'SELL',
      type: 'STOP_MARKET',
      quantity: '0.03',
      triggerPrice: '93000',
      reduceOnly: 'true',
    })
    await inbox.until((event) => event.e === 'ALGO_UPDATE' && event.o?.X === 'NEW')
    await price(simulator, 'futures', 'BTCUSDT', '92900')
    expect((await inbox.until((event) => event.e === 'ALGO_UPDATE' && event.o?.X === 'FINISHED')).o).toMatchObject({
      aid: algo.algoId,
      aq: '0.03',
    })
    streams.closeAll(true)
  })
})
