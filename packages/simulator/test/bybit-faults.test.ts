import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, it, vi } from 'vitest'
import type { Simulator } from '../src/index.ts'
import { authArgs, get, movePrice, open, place, post, rows, socket, stream, user } from './bybit-client.ts'
import { ledger, sim, start, type TestAccount } from './harness.ts'

type Row = Record<string, unknown>

const LIMIT = { category: 'linear', symbol: 'BTCUSDT', side: 'Buy', orderType: 'Limit', qty: '0.02', price: '94000' }

async function arm(simulator: Simulator, fault: object): Promise<void> {
  const answer = await sim(simulator, 'POST', '/sim/faults', fault)
  if (answer.status !== 201) throw new Error(answer.text)
}

describe('faults of the Bybit paper exchange', () => {
  it('cut, refuse and ban connections', async () => {
    await using simulator = await start()
    const owner = await user(simulator)
    const other = await user(simulator)
    const own = await stream(simulator, owner)
    const others = await stream(simulator, other)
    await arm(simulator, { kind: 'drop_connection', account_id: owner.account_id })
    await own.closed
    expect(others.ws.readyState).toBe(others.ws.OPEN)

    await arm(simulator, { kind: 'reject_upgrade', account_id: owner.account_id, status: 502 })
    await expect(socket(simulator, '/v5/private')).rejects.toThrow('handshake 502')
    await (await socket(simulator, '/v5/private')).close()

    await arm(simulator, { kind: 'ban_ip', exchange: 'bybit', duration_ms: 60_000 })
    expect((await open(simulator, '/v5/market/time')).status).toBe(403)
    await expect(socket(simulator, '/v5/public/spot')).rejects.toThrow('handshake 403')
    await sim(simulator, 'DELETE', '/sim/faults')
    expect((await open(simulator, '/v5/market/time')).status).toBe(200)
  })

  it('answer with errors of their own, or lose the answer of an order', async () => {
    await using simulator = await start()
    const owner = await user(simulator)
    await arm(simulator, { kind: 'http_error', account_id: owner.account_id, status: 429, retry_after: 3 })
    const busy = await get(simulator, owner, '/v5/account/info')
    expect(busy).toMatchObject({ status: 429, body: { retCode: 10429 } })
    expect(busy.headers.get('Retry-After')).toBe('3')

    await arm(simulator, { kind: 'ambiguous_place', account_id: owner.account_id })
    const lost = await post(simulator, owner, '/v5/order/create', { ...LIMIT, orderLinkId: 'lost' })
    expect(lost.body.retCode).toBe(10000)
    const found = await get(simulator, owner, '/v5/order/realtime', {
      category: 'linear',
      orderLinkId: 'lost',
      symbol: 'BTCUSDT',
    })
    expect(found.body.result.list).toHaveLength(1)
    await arm(simulator, { kind: 'ambiguous_place', account_id: owner.account_id, reply: 'hang_up', accepted: false })
    await expect(post(simulator, owner, '/v5/order/create', { ...LIMIT, orderLinkId: 'never' })).rejects.toThrow()
    expect((await ledger(simulator, owner.account_id)).orders).toHaveLength(1)
  })

  it('skew the clock for everybody', async () => {
    await using simulator = await start()
    const owner = await user(simulator)
    await arm(simulator, { kind: 'clock_skew', exchange: 'bybit', skew_ms: 120_000 })
    const late = await get(simulator, owner, '/v5/account/info')
    expect(late.body.retCode).toBe(10002)
    expect(late.body.time).toBeGreaterThan(Date.now() + 100_000)
    const priv = await socket(simulator, '/v5/private')
    priv.ws.send(JSON.stringify({ op: 'auth', args: authArgs(owner) }))
    await priv.until((frame) => String(frame.ret_msg).startsWith('error:request expired'))
  })

  it('lose, repeat, shuffle, delay and break events', async () => {
    await using simulator = await start({ limits: 'off' })
    const owner = await user(simulator)
    const events = await stream(simulator, owner, ['order'])
    const place1 = () => place(simulator, owner, LIMIT)
    await arm(simulator, { kind: 'lose_events', account_id: owner.account_id })
    const lost = await place1()
    await arm(simulator, { kind: 'duplicate_events', account_id: owner.account_id })
    const twice = await place1()
    await events.until((frame) => frame.topic === 'order' && frame.data[0].orderId === twice, 2)
    expect(events.texts.some((text) => text.includes(lost))).toBe(false)
    await arm(simulator, { kind: 'malformed_frame', account_id: owner.account_id })
    const before = events.texts.length
    await place1()
    await events.untilTexts(before + 1)
    expect(() => JSON.parse(events.texts.at(-1) as string)).toThrow()
    await arm(simulator, { kind: 'reorder_events', account_id: owner.account_id, count: 3, window: 3 })
    const three = [await place1(), await place1(), await place1()]
    const shuffled = await events.until((frame) => frame.topic === 'order' && three.includes(frame.data[0].orderId), 3)
    expect(shuffled.map((frame) => frame.data[0].orderId)).not.toEqual(three)
    await arm(simulator, { kind: 'delay', account_id: owner.account_id, delay_ms: 300, count: 1 })
    const started = performance.now()
    const slow = await place1()
    await events.until((frame) => frame.topic === 'order' && frame.data[0].orderId === slow)
    expect(performance.now() - started).toBeGreaterThan(250)
  })

  it('let a socket play dead', async () => {
    await using simulator = await start()
    const owner = await user(simulator)
    const events = await stream(simulator, owner)
    await arm(simulator, { kind: 'silent_stream', account_id: owner.account_id })
    const count = events.texts.length
    events.ws.send(JSON.stringify({ op: 'ping' }))
    await place(simulator, owner, LIMIT)
    const fresh = await stream(simulator, owner)
    await place(simulator, owner, LIMIT)
    await rows(fresh, 'order', () => true)
    expect(events.texts).toHaveLength(count)
  })

  it('announce maintenance on the status socket, and know no listen keys', async () => {
    await using simulator = await start()
    const owner = await user(simulator)
    const status = await socket(simulator, '/v5/public/misc/status')
    status.ws.send(JSON.stringify({ op: 'subscribe', args: ['system.status'] }))
    await status.until((frame) => frame.op === 'subscribe' && frame.success)
    const events = await stream(simulator, owner)
    const trade = await socket(simulator, '/v5/trade')
    trade.ws.send(JSON.stringify({ op: 'auth', args: authArgs(owner) }))
    await trade.until((frame) => frame.op === 'auth')
    await arm(simulator, { kind: 'service_upgrade_notice', account_id: owner.account_id, close_after_ms: 300 })
    const [notice] = await status.until((frame) => frame.topic === 'system.status')
    expect(notice.data[0]).toMatchObject({ state: 'scheduled', serviceTypes: [4] })
    const header = { 'X-BAPI-TIMESTAMP': String(Date.now()) }
    trade.ws.send(JSON.stringify({ reqId: 'x', header, op: 'order.create', args: [LIMIT] }))
    expect((await trade.until((frame) => frame.reqId === 'x'))[0].retCode).toBe(10019)
    expect((await events.closed).code).toBe(1001)
    await trade.closed
    const none = await sim(simulator, 'POST', '/sim/faults', {
      kind: 'expire_listen_key',
      account_id: owner.account_id,
    })
    expect(none).toMatchObject({ status: 400, body: { error: expect.stringContaining('bybit has no') } })
  })

  it('tell a fill twice when a cancel loses against it', async () => {
    await using simulator = await start()
    const owner = await user(simulator)
    const events = await stream(simulator, owner)
    const orderId = await place(simulator, owner, LIMIT)
    await arm(simulator, { kind: 'lost_cancel', account_id: owner.account_id })
    const named = { category: 'linear', symbol: 'BTCUSDT', orderId }
    expect((await post(simulator, owner, '/v5/order/cancel', named)).body.retCode).toBe(0)
    await events.until((frame) => frame.topic === 'order' && frame.data.at(-1).cancelType === 'CancelByUser')
    const filled = (await rows(events, 'order', () => true)).filter((row) => row.orderStatus === 'Filled')
    expect(filled).toMatchObject([
      { rejectReason: 'EC_NoError', cancelType: 'UNKNOWN' },
      { rejectReason: 'EC_OrigClOrdIDDoesNotExist', cancelType: 'CancelByUser', cumExecQty: '0.02' },
    ])
    expect((await post(simulator, owner, '/v5/order/cancel', named)).body.retCode).toBe(110001)
    const binance = { kind: 'lost_cancel', exchange: 'binance' }
    expect((await sim(simulator, 'POST', '/sim/faults', binance)).status).toBe(400)
  })
})

describe('the Bybit paper exchange as a whole', () => {
  it('keeps everything over a restart', async () => {
    const dataDir = await mkdtemp(join(tmpdir(), 'bybit-'))
    try {
      let owner: TestAccount
      let resting: string
      let stop: string
      let before: unknown
      {
        await using first = await start({ dataDir })
        owner = await user(first)
        await post(first, owner, '/v5/position/set-leverage', {
          category: 'linear',
          symbol: 'BTCUSDT',
          buyLeverage: '7',
          sellLeverage: '7',
        })
        resting = await place(first, owner, { ...LIMIT, price: '94500', orderLinkId: 'rest' })
        await movePrice(first, 'futures', 'BTCUSDT', '94400', '0.005')
        // The rest would fill at the next opening if the market stayed below it.
        await movePrice(first, 'futures', 'BTCUSDT', '94600')
        stop = await place(first, owner, {
          ...LIMIT,
          orderType: 'Market',
          side: 'Sell',
          triggerDirection: 2,
          triggerPrice: '90000',
          reduceOnly: true,
        })
        await place(first, owner, { category: 'spot', symbol: 'BTCUSDT', side: 'Buy', orderType: 'Market', qty: '500' })
        before = await ledger(first, owner.account_id)
      }
      // The ids that were told stay, whatever the seed.
      await using second = await start({ dataDir, seed: 99 })
      expect(await ledger(second, owner.account_id)).toEqual(before)
      const open = (await get(second, owner, '/v5/order/realtime', { category: 'linear', symbol: 'BTCUSDT' })).body
        .result.list
      expect(open).toMatchObject([
        { orderId: stop, orderStatus: 'Untriggered' },
        { orderId: resting, orderStatus: 'PartiallyFilled', cumFeeDetail: { USDT: '0.0945' }, orderLinkId: 'rest' },
      ])
      const [position] = (await get(second, owner, '/v5/position/list', { category: 'linear', symbol: 'BTCUSDT' })).body
        .result.list
      expect(position).toMatchObject({ size: '0.005', leverage: '7' })
      // Ids go on and do not come twice.
      expect(await place(second, owner, LIMIT)).not.toBe(resting)
      expect((await post(second, owner, '/v5/order/create', { ...LIMIT, orderLinkId: 'rest' })).body.retCode).toBe(
        110072,
      )
    } finally {
      await rm(dataDir, { recursive: true, force: true })
    }
  })

  it('repeats its ids with a seed', async () => {
    const run = async () => {
      await using simulator = await start({ seed: 7 })
      const owner = await user(simulator)
      return [owner.api_key, await place(simulator, owner, LIMIT)]
    }
    const first = await run()
    expect(await run()).toEqual(first)
  })

  it('takes a storm, and every fill reaches the stream once', async () => {
    await using simulator = await start({ limits: 'off' })
    const owner = await user(simulator)
    const events = await stream(simulator, owner, ['execution'])
    const storm = await sim(simulator, 'POST', '/sim/storm', {
      account_ids: [owner.account_id],
      fills: 300,
      rate_per_s: 3000,
      seed: 3,
    })
    expect(storm.body.fills).toBe(300)
    const truth = (await ledger(simulator, owner.account_id)).executions.map(
      (each: { trade_id: string }) => each.trade_id,
    )
    const told = () => events.frames.filter((frame) => frame.topic === 'execution').flatMap((frame) => frame.data)
    await vi.waitFor(() => expect(told()).toHaveLength(truth.length))
    expect(
      told()
        .map((row) => row.execId)
        .sort(),
    ).toEqual([...truth].sort())
  })

  it('tells on the stream what REST tells afterwards', async () => {
    await using simulator = await start({ limits: 'off' })
    const owner = await user(simulator)
    const events = await stream(simulator, owner)
    await sim(simulator, 'POST', '/sim/storm', {
      account_ids: [owner.account_id],
      fills: 200,
      rate_per_s: 3000,
      seed: 9,
    })
    for (const category of ['spot', 'linear']) {
      const open = { category, symbol: 'BTCUSDT', side: 'Buy', orderType: 'Limit', qty: '0.01', price: '90000' }
      await place(simulator, owner, open)
      const orderId = await place(simulator, owner, open)
      await post(simulator, owner, '/v5/order/cancel', { category, symbol: 'BTCUSDT', orderId })
    }
    events.ws.send(JSON.stringify({ op: 'ping', req_id: 'end' }))
    await events.until((frame) => frame.req_id === 'end')
    const last = (topic: string, key: (row: Row) => string) =>
      new Map(
        events.frames
          .filter((frame) => frame.topic === topic)
          .flatMap((frame) => frame.data as Row[])
          .map((row) => [key(row), row]),
      )
    const orders = last('order', (row) => String(row.orderId))
    const positions = last('position', (row) => `${row.symbol}|${row.positionIdx}`)
    const wallets = events.frames
      .filter((frame) => frame.topic === 'wallet')
      .flatMap((frame) => frame.data[0].coin as Row[])
    const coins = new Map(wallets.map((row) => [row.coin, row]))

    const told: Row[] = []
    for (const category of ['spot', 'linear', 'inverse']) {
      for (const path of ['/v5/order/realtime', '/v5/order/history']) {
        for (const settleCoin of category === 'linear' ? ['USDT', 'USDC'] : ['']) {
          let cursor = ''
          do {
            const params = { category, limit: 50, ...(settleCoin && { settleCoin }), ...(cursor && { cursor }) }
            const { result } = (await get(simulator, owner, path, params)).body
            told.push(...result.list.map((row: Row) => ({ category, ...row })))
            cursor = decodeURIComponent(result.nextPageCursor)
          } while (cursor !== '')
        }
      }
    }
    expect(told.length).toBeGreaterThan(100)
    expect(orders.size).toBe(told.length)
    for (const { basePrice: _basePrice, ...row } of told) expect(orders.get(String(row.orderId))).toEqual(row)

    const held = await Promise.all(
      ['USDT', 'USDC'].map((settleCoin) =>
        get(simulator, owner, '/v5/position/list', { category: 'linear', settleCoin }),
      ),
    )
    for (const row of held.flatMap((answer) => answer.body.result.list as Row[])) {
      const event = positions.get(`${row.symbol}|${row.positionIdx}`)
      expect(event).toMatchObject({ size: row.size, side: row.side, entryPrice: row.avgPrice, seq: row.seq })
    }
    const wallet = await get(simulator, owner, '/v5/account/wallet-balance', { accountType: 'UNIFIED' })
    for (const row of wallet.body.result.list[0].coin as Row[]) {
      expect(coins.get(row.coin) ?? row).toMatchObject({ walletBalance: row.walletBalance, locked: row.locked })
    }
  })

  it('liquidates a position that the price ruins', async () => {
    await using simulator = await start()
    const owner = await user(simulator, { balances: { USDT: '1000' } })
    const events = await stream(simulator, owner)
    await place(simulator, owner, { ...LIMIT, orderType: 'Market', qty: '0.1' })
    await rows(events, 'position', (row) => row.size === '0.1')
    await movePrice(simulator, 'futures', 'BTCUSDT', '85000')
    const taken = (await rows(events, 'order', (row) => row.createType === 'CreateByLiq')).at(-1)
    expect(taken).toMatchObject({ side: 'Sell', orderStatus: 'Filled' })
    await rows(events, 'execution', (row) => row.execType === 'BustTrade')
  })

  it('has somebody trade on an account with activity', async () => {
    await using simulator = await start({ bot: true })
    const owner = await user(simulator, { activity: true })
    const events = await stream(simulator, owner)
    const [order] = await rows(events, 'order', (row) => row.orderLinkId.startsWith('demo_'))
    expect(['spot', 'linear']).toContain(order.category)
  })
})
