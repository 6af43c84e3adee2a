import {
  DerivativesTradingUsdsFutures,
  DerivativesTradingUsdsFuturesRestAPI as FuturesApi,
} from '@binance/derivatives-trading-usds-futures'
import { Spot, SpotRestAPI } from '@binance/spot'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { Simulator } from '../src/index.ts'
import { account, price, start } from './harness.ts'

/** Binance's own packages against the simulator: basePath for REST, wsURL for sockets. */

/** Collects events and lets a test wait for one. */
function inbox(): {
  take: (event: unknown) => void
  until: (fits: (event: never) => boolean) => Promise<Record<string, unknown>>
} {
  const seen: unknown[] = []
  let wake: (() => void)[] = []
  return {
    take: (event) => {
      seen.push(event)
      for (const each of wake.splice(0)) each()
    },
    until: async (fits) => {
      for (;;) {
        const found = seen.find((event) => fits(event as never))
        if (found) return found as Record<string, unknown>
        await new Promise<void>((resolve) => {
          wake = [...wake, resolve]
        })
      }
    },
  }
}

describe('the official SDKs', () => {
  let simulator: Simulator
  let ws: string
  beforeAll(async () => {
    simulator = await start()
    ws = simulator.url.replace('http', 'ws')
  })
  afterAll(() => simulator.close())

  it('@binance/spot places, streams, queries and cancels', async () => {
    const user = await account(simulator, 'spot')
    const keys = { apiKey: user.api_key, apiSecret: user.api_secret }
    const client = new Spot({
      configurationRestAPI: { ...keys, basePath: `${simulator.url}/binance/spot` },
      configurationWebsocketAPI: { ...keys, wsURL: `${ws}/binance/spot/ws-api/v3` },
    })
    const connection = await client.websocketAPI.connect()
    const subscribed = await connection.userDataStreamSubscribeSignature()
    const events = inbox()
    subscribed.stream.on('message', (event) => events.take(event))

    const { NewOrderSideEnum: Side, NewOrderTypeEnum: Type, NewOrderTimeInForceEnum: Tif } = SpotRestAPI
    const order = {
      symbol: 'BTCUSDT',
      side: Side.BUY,
      type: Type.LIMIT,
      timeInForce: Tif.GTC,
      quantity: 0.01,
      price: 94000,
    }
    const placed = await (await client.restAPI.newOrder(order)).data()
    expect(placed).toMatchObject({ status: 'NEW', price: '94000.00000000' })
    const reported = (x: string) => (event: { e: string; x: string }) => event.e === 'executionReport' && event.x === x
    await events.until(reported('NEW'))
    await price(simulator, 'spot', 'BTCUSDT', '93999')
    expect(await events.until(reported('TRADE'))).toMatchObject({ X: 'FILLED' })

    const second = await (await client.restAPI.newOrder({ ...order, price: 90000 })).data()
    expect(await (await client.restAPI.getOpenOrders({ symbol: 'BTCUSDT' })).data()).toHaveLength(1)
    const cancelled = await (
      await client.restAPI.deleteOrder({ symbol: 'BTCUSDT', orderId: second.orderId as number })
    ).data()
    expect(cancelled).toMatchObject({ status: 'CANCELED' })
    await events.until(reported('CANCELED'))
    expect(await (await client.restAPI.myTrades({ symbol: 'BTCUSDT' })).data()).toHaveLength(1)
    await connection.disconnect()
  })

  it('@binance/derivatives-trading-usds-futures places, streams, queries and cancels', async () => {
    const user = await account(simulator, 'futures')
    const keys = { apiKey: user.api_key, apiSecret: user.api_secret }
    const client = new DerivativesTradingUsdsFutures({
      configurationRestAPI: { ...keys, basePath: `${simulator.url}/binance/futures` },
      configurationWebsocketStreams: { wsURL: `${ws}/binance/futures` },
    })
    const { listenKey } = await (await client.restAPI.startUserDataStream()).data()
    const connection = await client.websocketStreams.connect()
    const events = inbox()
    connection.userData(listenKey as string).on('message', (event) => events.take(event))

    const { NewOrderSideEnum: Side, NewOrderTimeInForceEnum: Tif, NewOrderTypeEnum: Type } = FuturesApi
    const order = {
      symbol: 'ETHUSDT',
      side: Side.BUY,
      type: Type.LIMIT,
      timeInForce: Tif.GTC,
      quantity: 0.5,
      price: 2300,
    }
    const placed = await (await client.restAPI.newOrder(order)).data()
    // The SDK keeps the digits of ids beyond 2^53.
    expect(String(placed.orderId)).toMatch(/^8389766145050\d{6}$/)
    const updated = (x: string) => (event: { e: string; o: { x: string } }) =>
      event.e === 'ORDER_TRADE_UPDATE' && event.o.x === x
    const first = (await events.until(updated('NEW'))) as { o: { i: unknown } }
    expect(String(first.o.i)).toBe(String(placed.orderId))
    await price(simulator, 'futures', 'ETHUSDT', '2299')
    await events.until(updated('TRADE'))
    const positions = await (await client.restAPI.positionInformationV3({ symbol: 'ETHUSDT' })).data()
    expect(positions).toMatchObject([{ positionAmt: '0.500' }])

    const second = await (await client.restAPI.newOrder({ ...order, price: 2200 })).data()
    const orderId = second.orderId as bigint
    expect(await (await client.restAPI.queryOrder({ symbol: 'ETHUSDT', orderId })).data()).toMatchObject({
      status: 'NEW',
    })
    expect(await (await client.restAPI.cancelOrder({ symbol: 'ETHUSDT', orderId })).data()).toMatchObject({
      status: 'CANCELED',
    })
    await events.until(updated('CANCELED'))
    await connection.disconnect()
  })
})
