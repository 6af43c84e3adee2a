import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest'
import type { Simulator } from '../src/index.ts'
import { ledger, sim, start } from './harness.ts'
import { okx, okxPrice, okxPublic, okxSocket, okxStream, okxUser, pushes, say } from './okx-client.ts'

interface BookPush {
  action: string
  data: [{ asks: string[][]; bids: string[][]; seqId: number; prevSeqId: number; checksum: number }]
}

/** Applies what was pushed as a client has to, and gives the book it ends with. */
function rebuild(frames: BookPush[]): { asks: Map<string, string>; bids: Map<string, string>; seqId: number } {
  const book = { asks: new Map<string, string>(), bids: new Map<string, string>(), seqId: -1 }
  for (const { action, data } of frames) {
    const [part] = data
    if (part.prevSeqId !== (action === 'snapshot' ? -1 : book.seqId)) throw new Error('a gap')
    for (const side of ['asks', 'bids'] as const) {
      for (const [price = '', size = ''] of part[side]) {
        if (size === '0') book[side].delete(price)
        else book[side].set(price, size)
      }
    }
    book.seqId = part.seqId
  }
  return book
}

describe('OKX market data', () => {
  let simulator: Simulator
  beforeAll(async () => {
    simulator = await start({ limits: 'off' })
  })
  afterAll(() => simulator.close())
  const read = (path: string) => okxPublic(simulator, path)

  it('keeps a book by sequence numbers that lead to the one REST tells, for early and late listeners', async () => {
    const early = await okxSocket(simulator, 'public')
    const late = await okxSocket(simulator, 'public')
    const books = { op: 'subscribe', args: [{ channel: 'books', instId: 'BTC-USDT-SWAP' }] }
    const isBook = (frame: { action?: string }) => frame.action !== undefined
    say(early, books)
    await early.until(isBook)
    await okxPrice(simulator, 'BTC-USDT-SWAP', '95100')
    say(late, books)
    await late.until(isBook)
    await okxPrice(simulator, 'BTC-USDT-SWAP', '94900')
    const [rest] = await read('market/books?instId=BTC-USDT-SWAP&sz=400')
    const truth = {
      asks: new Map(rest.asks.map(([price, size]: string[]) => [price, size])),
      bids: new Map(rest.bids.map(([price, size]: string[]) => [price, size])),
      seqId: rest.seqId,
    }
    for (const socket of [early, late]) {
      await vi.waitFor(() => expect(rebuild(socket.frames.filter(isBook))).toEqual(truth))
      expect(socket.frames.filter(isBook).every((frame) => frame.data[0].checksum === 0)).toBe(true)
    }
    say(early, { op: 'unsubscribe', args: books.args })
    await early.until((frame) => frame.event === 'unsubscribe')
    await early.close()
    await late.close()
  })

  it('tells trades, best prices and candles as they happen', async () => {
    const socket = await okxSocket(simulator, 'public')
    const instId = '这是测试币456-USDT'
    const args = ['trades', 'bbo-tbt', 'books5', 'tickers'].map((channel) => ({ channel, instId }))
    say(socket, { op: 'subscribe', args: [...args, { channel: 'instruments', instType: 'SWAP' }] })
    await socket.until((frame) => frame.arg?.channel === 'instruments' && frame.data)
    const business = await okxSocket(simulator, 'business')
    say(business, { op: 'subscribe', args: [{ channel: 'candle1m', instId }] })
    await business.until((frame) => frame.data)
    await okxPrice(simulator, instId, '1.5')
    const [trade] = await pushes(socket, 'trades', (row) => row.px === '1.5000')
    expect(trade).toMatchObject({ instId, side: 'buy', count: '1' })
    const [best] = await pushes(socket, 'bbo-tbt', (row) => Number(row.bids[0][0]) > 1.4)
    expect(best.asks).toHaveLength(1)
    await pushes(socket, 'tickers', (row) => row.last === '1.5000')
    const [five] = await pushes(socket, 'books5', (row) => Number(row.bids[0][0]) > 1.4)
    expect(five.bids).toHaveLength(5)
    await business.until((frame) => frame.data?.[0]?.[4] === '1.5000')
    await socket.close()
    await business.close()
  })

  it('lists instruments with what a client needs to size an order', async () => {
    const [swap] = await read('public/instruments?instType=SWAP&instId=BTC-USDT-SWAP')
    expect(swap).toMatchObject({
      ctVal: '0.01',
      ctMult: '1',
      ctValCcy: 'BTC',
      ctType: 'linear',
      settleCcy: 'USDT',
      lotSz: '0.01',
    })
    const [inverse] = await read('public/instruments?instType=SWAP&instId=BTC-USD-SWAP')
    expect(inverse).toMatchObject({ ctVal: '100', ctValCcy: 'USD', ctType: 'inverse', settleCcy: 'BTC' })
    const [dated] = await read('public/instruments?instType=FUTURES')
    expect(dated).toMatchObject({ instId: 'BTC-USDT-281229', expTime: String(Date.UTC(2028, 11, 29, 8)) })
    const [spot] = await read('public/instruments?instType=SPOT')
    expect(spot).toMatchObject({
      instId: 'BTC-USDT',
      baseCcy: 'BTC',
      quoteCcy: 'USDT',
      minSz: '0.00001',
      tickSz: '0.1',
      ctVal: '',
    })
    expect(spot.instIdCode).not.toBe(swap.instIdCode)
    const hours = await read('market/candles?instId=BTC-USDT&bar=1H&limit=5')
    expect(hours.map((row: string[]) => Number(row[0]) % 3_600_000)).toEqual([0, 0, 0, 0, 0])
    expect(hours.map((row: string[]) => row[8])).toEqual(['0', '1', '1', '1', '1'])
  })
})

describe('an OKX account', () => {
  it('is back after a restart: money, positions, orders, conditional orders, ids that go on', async () => {
    const dataDir = mkdtempSync(join(tmpdir(), 'simulator-okx-'))
    try {
      const first = await start({ dataDir })
      const user = await okxUser(first, { environment: 'demo', ips: ['127.0.0.1'] })
      const demo = { 'x-simulated-trading': '1' }
      const post = async (simulator: Simulator, path: string, body: object) =>
        (await okx(simulator, user, 'POST', path, body, demo)).body
      const swap = { instId: 'BTC-USDT-SWAP', tdMode: 'isolated', side: 'buy', ordType: 'market', sz: '3' }
      await post(first, 'account/set-leverage', { instId: 'BTC-USDT-SWAP', lever: '7', mgnMode: 'isolated' })
      await post(first, 'trade/order', swap)
      const spot = { instId: 'BTC-USDT', tdMode: 'cash', side: 'buy', ordType: 'limit', px: '94000', sz: '0.01' }
      const resting = (await post(first, 'trade/order', spot)).data[0]
      const stop = {
        ...swap,
        ordType: 'conditional',
        side: 'sell',
        slTriggerPx: '90000',
        slOrdPx: '-1',
        reduceOnly: 'true',
      }
      const { algoId } = (await post(first, 'trade/order-algo', stop)).data[0]
      const before = await ledger(first, user.account_id)
      const get = async (simulator: Simulator, path: string) =>
        (await okx(simulator, user, 'GET', path, undefined, demo)).body.data
      const [position] = await get(first, 'account/positions')
      const fills = await get(first, 'trade/fills')
      await first.close()

      await using second = await start({ dataDir })
      expect(await ledger(second, user.account_id)).toEqual(before)
      const [{ pTime: _now, ...same }] = await get(second, 'account/positions')
      expect(position).toMatchObject(same)
      expect(same).toMatchObject({ mgnMode: 'isolated', lever: '7' })
      expect(await get(second, 'trade/fills')).toEqual(fills)
      const next = (await post(second, 'trade/order', spot)).data[0]
      expect(BigInt(next.ordId) > BigInt(resting.ordId)).toBe(true)
      await okxPrice(second, 'BTC-USDT-SWAP', '89900')
      const [fired] = await get(second, `trade/orders-algo-history?ordType=conditional&algoId=${algoId}`)
      expect(fired).toMatchObject({ state: 'effective', actualSide: 'sl' })
      expect(await get(second, 'account/positions')).toEqual([])
      const [sold, bought] = await get(second, 'trade/fills')
      expect(BigInt(sold.billId) > BigInt(bought.billId)).toBe(true)
    } finally {
      rmSync(dataDir, { recursive: true })
    }
  })

  it('with activity is traded on, spot and swaps, under ids the venue takes', async () => {
    await using simulator = await start({ bot: true, limits: 'off' })
    const user = await okxUser(simulator, { activity: true })
    const stream = await okxStream(simulator, user)
    const states = () =>
      new Set(
        stream.frames
          .filter((frame) => frame.arg?.channel === 'orders' && frame.data)
          .map((frame) => frame.data[0].state),
      )
    await vi.waitFor(
      async () => {
        await sim(simulator, 'POST', '/sim/clock', { advance_ms: 10_000 })
        expect([...states()]).toEqual(expect.arrayContaining(['live', 'filled', 'canceled']))
        const { orders } = await ledger(simulator, user.account_id)
        expect(new Set(orders.map((order: { trading_mode: string }) => order.trading_mode)).size).toBe(2)
        expect(
          orders.every((order: { client_order_id: string }) => /^(demo[A-Za-z0-9]+|)$/.test(order.client_order_id)),
        ).toBe(true)
      },
      { timeout: 30_000, interval: 20 },
    )
    await stream.close()
  })

  it('shows orders of the app, in contracts, and is addressed in either mode', async () => {
    await using simulator = await start()
    const user = await okxUser(simulator, { trading_mode: 'futures' })
    const placed = await sim(simulator, 'POST', '/sim/orders', {
      account_id: user.account_id,
      symbol: 'BTC-USDT-SWAP',
      side: 'SELL',
      type: 'MARKET',
      quantity: '2',
    })
    expect(placed.body).toMatchObject({ status: 'filled', executed_qty: '2' })
    const { positions, orders } = await ledger(simulator, user.account_id)
    expect(positions).toMatchObject([{ symbol: 'BTC-USDT-SWAP', quantity: '-2' }])
    expect(orders).toMatchObject([{ side: 'sell', type: 'market', status: 'filled', trading_mode: 'futures' }])
    const spot = {
      account_id: user.account_id,
      symbol: 'BTC-USDT',
      side: 'BUY',
      type: 'LIMIT',
      quantity: '0.01',
      price: '90000',
    }
    expect((await sim(simulator, 'POST', '/sim/orders', spot)).body.status).toBe('live')
  })
})
