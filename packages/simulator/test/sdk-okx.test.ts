import { RestClient, WebsocketAPIClient, WebsocketClient } from 'okx-api'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { Simulator } from '../src/index.ts'
import { start } from './harness.ts'
import { type OkxUser, okxPrice, okxUser } from './okx-client.ts'

/** The npm package `okx-api` against the simulator: baseUrl for REST, wsUrl (with its path) for sockets. */

type Row = Record<string, string> & { ordIdList?: string[] }
type Push = { arg: { channel: string }; data: Row[] }

/** Collects pushes of the SDK's `update` event and lets a test wait for a row. */
class Inbox {
  readonly seen: Push[] = []
  #wake: (() => void)[] = []

  take(push: unknown): void {
    this.seen.push(push as Push)
    for (const wake of this.#wake.splice(0)) wake()
  }

  async until(channel: string, fits: (row: Row) => boolean = () => true): Promise<Row> {
    for (;;) {
      const found = this.seen
        .filter(({ arg }) => arg.channel === channel)
        .flatMap(({ data }) => data)
        .find(fits)
      if (found) return found
      await new Promise<void>((resolve) => this.#wake.push(resolve))
    }
  }
}

const quiet = { trace: () => {}, info: () => {}, error: () => {} }

describe('npm okx-api', () => {
  let simulator: Simulator
  let user: OkxUser
  let rest: RestClient
  let keys: { apiKey: string; apiSecret: string; apiPass: string }
  const open: { close(): void }[] = []
  beforeAll(async () => {
    simulator = await start({ limits: 'off' })
    user = await okxUser(simulator)
    keys = { apiKey: user.api_key, apiSecret: user.api_secret, apiPass: user.passphrase }
    rest = new RestClient({ ...keys, baseUrl: `${simulator.url}/okx` })
  })
  afterAll(async () => {
    for (const client of open) client.close()
    await simulator.close()
  })
  const wsUrl = (path: string) => `${simulator.url.replace('http', 'ws')}/okx/ws/v5/${path}`
  const stream = (path: 'public' | 'private' | 'business', ...args: object[]) => {
    const client = new WebsocketClient({ accounts: [keys], wsUrl: wsUrl(path) }, quiet)
    const inbox = new Inbox()
    const acks: unknown[] = []
    const ready = new Promise<void>((resolve) => {
      client.on('response', (response) => {
        acks.push(response)
        if (acks.filter((each) => (each as { event?: string }).event === 'subscribe').length === args.length) resolve()
      })
    })
    client.on('update', (push) => inbox.take(push))
    client.on('exception', (error) => console.error('okx-api', error))
    client.subscribe(args as Parameters<WebsocketClient['subscribe']>[0])
    open.push({ close: () => client.closeAll(true) })
    return { inbox, ready }
  }

  it('trades and streams on spot', async () => {
    const { inbox, ready } = stream(
      'private',
      { channel: 'orders', instType: 'ANY' },
      { channel: 'account' },
      { channel: 'balance_and_position' },
    )
    await ready
    await inbox.until('account')
    const order = { instId: 'ETH-USDT', tdMode: 'cash', side: 'buy', ordType: 'limit', sz: '1', px: '2300' } as const
    const [placed] = await rest.submitOrder({ ...order, clOrdId: 'sdk1' })
    expect(placed).toMatchObject({ clOrdId: 'sdk1', sCode: '0' })
    const ordId = placed?.ordId as string
    expect(await inbox.until('orders', (row) => row.ordId === ordId)).toMatchObject({ state: 'live', px: '2300' })
    expect(await rest.getOrderList({ instType: 'SPOT' })).toMatchObject([{ ordId, state: 'live', avgPx: '' }])
    expect(await rest.amendOrder({ instId: 'ETH-USDT', ordId, newPx: '2310' })).toMatchObject([{ sCode: '0' }])
    await inbox.until('orders', (row) => row.px === '2310' && row.amendResult === '0')
    await okxPrice(simulator, 'ETH-USDT', '2305')
    const filled = await inbox.until('orders', (row) => row.ordId === ordId && row.state === 'filled')
    expect(filled).toMatchObject({ execType: 'M', feeCcy: 'ETH', fillPx: '2310' })
    await inbox.until('balance_and_position', (row) => row.eventType === 'filled')
    expect(await rest.getFills({ instType: 'SPOT' })).toMatchObject([{ tradeId: filled.tradeId, ordId }])
    expect(await rest.getOrderDetails({ instId: 'ETH-USDT', ordId })).toMatchObject([{ state: 'filled' }])
    const [second] = await rest.submitOrder(order)
    await rest.cancelOrder({ instId: 'ETH-USDT', ordId: second?.ordId as string })
    expect(await inbox.until('orders', (row) => row.state === 'canceled')).toMatchObject({ cancelSource: '1' })
    expect(await rest.getOrderHistory({ instType: 'SPOT' })).toHaveLength(2)
    await expect(rest.submitOrder({ ...order, sz: '100000' })).rejects.toMatchObject({ code: '1' })
  })

  it('holds positions, with conditional orders', async () => {
    const { inbox, ready } = stream(
      'private',
      { channel: 'orders', instType: 'SWAP' },
      { channel: 'positions', instType: 'ANY' },
    )
    const business = stream('business', { channel: 'orders-algo', instType: 'ANY' })
    await Promise.all([ready, business.ready])
    expect(await rest.setLeverage({ instId: 'BTC-USDT-SWAP', lever: '20', mgnMode: 'cross' })).toMatchObject([
      { lever: '20' },
    ])
    await rest.submitOrder({ instId: 'BTC-USDT-SWAP', tdMode: 'cross', side: 'sell', ordType: 'market', sz: '2' })
    expect(await inbox.until('positions', (row) => row.pos === '-2')).toMatchObject({ posSide: 'net', lever: '20' })
    expect(await rest.getPositions()).toMatchObject([{ instId: 'BTC-USDT-SWAP', pos: '-2' }])
    const [algo] = await rest.placeAlgoOrder({
      instId: 'BTC-USDT-SWAP',
      tdMode: 'cross',
      side: 'buy',
      ordType: 'conditional',
      sz: '2',
      slTriggerPx: '96000',
      slOrdPx: '-1',
      reduceOnly: true,
    })
    const algoId = algo?.algoId as string
    expect(await rest.getAlgoOrderList({ ordType: 'conditional' })).toMatchObject([{ algoId, state: 'live' }])
    await okxPrice(simulator, 'BTC-USDT-SWAP', '96100')
    const fired = await business.inbox.until('orders-algo', (row) => row.state === 'effective')
    expect(await inbox.until('orders', (row) => row.algoId === algoId && row.state === 'filled')).toMatchObject({
      ordId: fired.ordIdList?.[0],
      source: '7',
    })
    await inbox.until('positions', (row) => row.pos === '0')
  })

  it('places over the WebSocket', async () => {
    const client = new WebsocketAPIClient({ accounts: [keys], wsUrl: wsUrl('private') }, quiet)
    open.push({ close: () => client.getWSClient().closeAll(true) })
    const [{ instIdCode }] = (await rest.getInstruments({ instType: 'SPOT', instId: 'BTC-USDT' })) as unknown as [
      { instIdCode: number },
    ]
    const order = { instIdCode, tdMode: 'cash', side: 'buy', ordType: 'post_only', px: '90000', sz: '0.01' }
    const answer = await client.submitNewOrder(order as unknown as Parameters<typeof client.submitNewOrder>[0])
    expect(answer).toMatchObject({ code: '0', data: [{ sCode: '0' }] })
    const ordId = answer.data[0].ordId
    const gone = await client.cancelOrder({ instIdCode, ordId } as unknown as Parameters<typeof client.cancelOrder>[0])
    expect(gone).toMatchObject({ code: '0' })
  })

  it('reads the market', async () => {
    const { inbox, ready } = stream(
      'public',
      { channel: 'books5', instId: 'BTC-USDT' },
      { channel: 'tickers', instId: 'BTC-USDT' },
    )
    await ready
    await inbox.until('books5')
    await inbox.until('tickers')
    const candles = stream('business', { channel: 'candle1m', instId: 'BTC-USDT' })
    await candles.inbox.until('candle1m')
    expect(Number(await rest.getServerTime())).toBeGreaterThan(Date.now() - 60_000)
    expect((await rest.getInstruments({ instType: 'SWAP' })).map(({ instId }) => instId)).toContain('BTC-USD-SWAP')
    expect((await rest.getOrderBook({ instId: 'BTC-USDT', sz: '5' }))[0]?.asks).toHaveLength(5)
    expect(await rest.getCandles({ instId: 'BTC-USDT', bar: '1H', limit: '10' })).toHaveLength(10)
    expect(await rest.getTickers({ instType: 'SPOT' })).toHaveLength(5)
  })
})
