import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { Simulator } from '../src/index.ts'
import { ledger, start, type TestSocket } from './harness.ts'
import { type OkxUser, okx, okxPrice, okxStream, okxUser, pushes, say } from './okx-client.ts'

const LIMIT = { instId: 'BTC-USDT', tdMode: 'cash', side: 'buy', ordType: 'limit', px: '90000', sz: '0.02' }

describe('OKX orders', () => {
  let simulator: Simulator
  let user: OkxUser
  let stream: TestSocket
  beforeAll(async () => {
    simulator = await start({ limits: 'off' })
    user = await okxUser(simulator)
    stream = await okxStream(simulator, user)
  })
  afterAll(() => simulator.close())
  const post = async (path: string, body: unknown, who = user) => (await okx(simulator, who, 'POST', path, body)).body
  const get = async (path: string, who = user) => (await okx(simulator, who, 'GET', path)).body
  const place = async (order: object, who = user) => (await post('trade/order', { ...LIMIT, ...order }, who)).data[0]
  const rows = (ordId: string, socket = stream) =>
    socket.frames
      .filter((frame) => frame.arg?.channel === 'orders' && frame.data)
      .flatMap((frame) => frame.data)
      .filter((row) => row.ordId === ordId)
  const until = (ordId: string, state: string, socket = stream) =>
    pushes(socket, 'orders', (row) => row.ordId === ordId && row.state === state)

  it('rest, fill in parts and are told as the documents show, with ids beyond 2^53', async () => {
    const placed = await place({ clOrdId: 'hub0a1' })
    expect(placed).toMatchObject({ clOrdId: 'hub0a1', sCode: '0', tag: '' })
    expect(BigInt(placed.ordId) > 2n ** 53n).toBe(true)
    const [live] = await until(placed.ordId, 'live')
    expect(live).toMatchObject({
      instType: 'SPOT',
      instId: 'BTC-USDT',
      clOrdId: 'hub0a1',
      side: 'buy',
      posSide: '',
      tdMode: 'cash',
      ordType: 'limit',
      px: '90000',
      sz: '0.02',
      state: 'live',
      accFillSz: '0',
      avgPx: '0',
      fillSz: '0',
      tradeId: '',
      fee: '0',
      feeCcy: 'BTC',
      code: '0',
    })
    await okxPrice(simulator, 'BTC-USDT', '90000', '0.005')
    const [part] = await until(placed.ordId, 'partially_filled')
    expect(part).toMatchObject({
      accFillSz: '0.005',
      avgPx: '90000',
      fillPx: '90000',
      fillSz: '0.005',
      fillFee: '-0.000004',
      fillFeeCcy: 'BTC',
      execType: 'M',
      fee: '-0.000004',
    })
    expect((await get(`trade/order?instId=BTC-USDT&clOrdId=hub0a1`)).data[0]).toMatchObject({
      state: 'partially_filled',
      tradeId: part.tradeId,
    })
    await okxPrice(simulator, 'BTC-USDT', '89000')
    const [filled] = await until(placed.ordId, 'filled')
    expect(filled).toMatchObject({ accFillSz: '0.02', fillSz: '0.015', fee: '-0.000016' })
    const fills = (await get(`trade/fills?instType=SPOT&ordId=${placed.ordId}`)).data
    expect(fills.map((row: Record<string, string>) => [row.tradeId, row.fillSz, row.fee, row.feeCcy])).toEqual([
      [filled.tradeId, '0.015', '-0.000012', 'BTC'],
      [part.tradeId, '0.005', '-0.000004', 'BTC'],
    ])
    const truth = await ledger(simulator, user.account_id)
    expect(truth.executions.map((each: Record<string, string>) => each.fee)).toEqual(['0.000004', '0.000012'])
    await okxPrice(simulator, 'BTC-USDT', '95000')
  })

  it('buy for an amount of money and end with a push that is no fill', async () => {
    const { ordId } = await place({ ordType: 'market', sz: '100', px: '' })
    const [end] = await pushes(stream, 'orders', (row) => row.ordId === ordId && row.state === 'filled')
    const all = rows(ordId)
    expect(all.map((row) => row.state)).toEqual(['live', 'partially_filled', 'filled'])
    expect(all[1]).toMatchObject({ sz: '100', tgtCcy: 'quote_ccy', execType: 'T', feeCcy: 'BTC' })
    expect(end).toMatchObject({ sz: '100', fillPx: '', fillSz: '0', tradeId: '', accFillSz: all[1].accFillSz })
    const base = await place({ ordType: 'market', sz: '0.01', px: '', tgtCcy: 'base_ccy' })
    const [done] = await until(base.ordId, 'filled')
    expect(done).toMatchObject({ sz: '0.01', accFillSz: '0.01', tgtCcy: 'base_ccy' })
    expect(done.tradeId).not.toBe('')
  })

  it('that may not trade are accepted and canceled: post-only without a live push, IOC and FOK remainders', async () => {
    const postOnly = await place({ ordType: 'post_only', px: '100000' })
    expect(postOnly.sCode).toBe('0')
    await until(postOnly.ordId, 'canceled')
    expect(rows(postOnly.ordId).map((row) => [row.state, row.cancelSource, row.accFillSz])).toEqual([
      ['canceled', '31', '0'],
    ])
    const resting = await place({ ordType: 'post_only', px: '94000' })
    await until(resting.ordId, 'live')
    const ioc = await place({ ordType: 'ioc' })
    expect((await until(ioc.ordId, 'canceled'))[0]).toMatchObject({ cancelSource: '14', avgPx: '0' })
    const fok = await place({ ordType: 'fok', px: '96000', sz: '1000000', side: 'sell' })
    expect(fok).toMatchObject({ sCode: '51008', ordId: '' })
    const small = await place({ ordType: 'fok', side: 'sell', px: '95500', sz: '0.1' })
    expect((await until(small.ordId, 'canceled'))[0]).toMatchObject({ cancelSource: '13' })
  })

  it('are amended: price and size, failed amends told by the stream, crossing post-only refused', async () => {
    const { ordId } = await place({})
    const amended = (await post('trade/amend-order', { instId: 'BTC-USDT', ordId, newPx: '90500', reqId: 'amd1' })).data
    expect(amended[0]).toMatchObject({ ordId, reqId: 'amd1', sCode: '0' })
    const [ok] = await pushes(stream, 'orders', (row) => row.reqId === 'amd1')
    expect(ok).toMatchObject({ state: 'live', px: '90500', amendSource: '1', amendResult: '0', code: '0' })
    await post('trade/amend-order', { instId: 'BTC-USDT', ordId, newSz: '500', reqId: 'amd2' })
    const [failed] = await pushes(stream, 'orders', (row) => row.reqId === 'amd2')
    expect(failed).toMatchObject({ state: 'live', sz: '0.02', amendSource: '', amendResult: '-1', code: '51008' })
    await post('trade/amend-order', { instId: 'BTC-USDT', ordId, newSz: '500', reqId: 'amd3', cxlOnFail: true })
    const [gone] = await pushes(stream, 'orders', (row) => row.reqId === 'amd3')
    expect(gone).toMatchObject({ state: 'canceled', amendResult: '1' })
    expect((await post('trade/amend-order', { instId: 'BTC-USDT', ordId, newSz: '1' })).data[0].sCode).toBe('51503')
    const maker = await place({ ordType: 'post_only' })
    const crossing = { instId: 'BTC-USDT', ordId: maker.ordId, newPx: '99000' }
    expect((await post('trade/amend-order', crossing)).data[0].sCode).toBe('51511')
  })

  it('amended below what is filled are done', async () => {
    const { ordId } = await place({ sz: '0.04', px: '94100' })
    await okxPrice(simulator, 'BTC-USDT', '94100', '0.01')
    const [part] = await until(ordId, 'partially_filled')
    expect(part.accFillSz).toBe('0.01')
    await post('trade/amend-order', { instId: 'BTC-USDT', ordId, newSz: '0.03', newPx: '93900', reqId: 'keep' })
    expect((await pushes(stream, 'orders', (row) => row.reqId === 'keep'))[0]).toMatchObject({
      state: 'live',
      accFillSz: '0.01',
      sz: '0.03',
    })
    await post('trade/amend-order', { instId: 'BTC-USDT', ordId, newSz: '0.005', reqId: 'less' })
    expect((await until(ordId, 'filled'))[0]).toMatchObject({ accFillSz: '0.01', reqId: 'less', tradeId: '' })
    await okxPrice(simulator, 'BTC-USDT', '95000')
  })

  it('are canceled once, alone and in batches whose code tells how many failed', async () => {
    const { ordId } = await place({})
    expect((await post('trade/cancel-order', { instId: 'BTC-USDT', ordId })).code).toBe('0')
    expect((await until(ordId, 'canceled'))[0]).toMatchObject({ cancelSource: '1', fillSz: '0', tradeId: '' })
    const again = await post('trade/cancel-order', { instId: 'BTC-USDT', ordId })
    expect(again).toMatchObject({ code: '1', msg: 'All operations failed', data: [{ ordId, sCode: '51400' }] })
    expect(again.inTime).toMatch(/^\d{16}$/)
    const batch = await post('trade/batch-orders', [
      { ...LIMIT, clOrdId: 'batch1' },
      { ...LIMIT, clOrdId: 'bad-id' },
    ])
    expect([batch.code, batch.data.map((row: { sCode: string }) => row.sCode)]).toEqual(['2', ['0', '51000']])
    const cancels = await post('trade/cancel-batch-orders', [
      { instId: 'BTC-USDT', clOrdId: 'batch1' },
      { instId: 'BTC-USDT', clOrdId: 'nobody' },
    ])
    expect(cancels.data.map((row: { sCode: string }) => row.sCode)).toEqual(['0', '51400'])
  })

  it('that break a rule are refused with the code for it', async () => {
    const code = async (order: object) => (await place(order)).sCode
    expect([
      await code({ instId: 'FOO-BAR' }),
      await code({ sz: '0.000001' }),
      await code({ sz: '0.000100001' }),
      await code({ px: '90000.05' }),
      await code({ px: '900000' }),
      await code({ sz: '1000' }),
      await code({ clOrdId: 'with-hyphen' }),
      await code({ tdMode: 'cross' }),
      await code({ instId: 'BTC-USDT-SWAP', tdMode: 'cross', sz: '1', reduceOnly: 'true' }),
      await code({ instId: 'BTC-USDT-SWAP', tdMode: 'cross', sz: '1', posSide: 'long' }),
    ]).toEqual(['51001', '51020', '51121', '51000', '51006', '51008', '51000', '51010', '51169', '51000'])
    await place({ clOrdId: 'twin' })
    expect(await code({ clOrdId: 'twin' })).toBe('51016')
    await post('trade/cancel-order', { instId: 'BTC-USDT', clOrdId: 'twin' })
    expect(await code({ clOrdId: 'twin' })).toBe('0')
    const missing = await okx(simulator, user, 'POST', 'trade/order', { ...LIMIT, sz: undefined })
    expect([missing.status, missing.body.code]).toEqual([400, '50014'])
    const late = await okx(simulator, user, 'POST', 'trade/order', LIMIT, { expTime: String(Date.now() - 1000) })
    expect(late.body.code).toBe('51000')
  })

  it('of one account do not trade with each other', async () => {
    const other = await okxUser(simulator)
    const own = await okxStream(simulator, other)
    const maker = await place({ px: '94999', ordType: 'limit' }, other)
    const taker = await place({ px: '94999', side: 'sell', sz: '0.01' }, other)
    expect((await until(maker.ordId, 'canceled', own))[0].cancelSource).toBe('32')
    await until(taker.ordId, 'live', own)
    expect((await ledger(simulator, other.account_id)).executions).toEqual([])
  })

  it('go over the WebSocket by the integer code of the instrument, which demo trading refuses', async () => {
    const { data } = (await okx(simulator, user, 'GET', 'account/instruments?instType=SPOT&instId=BTC-USDT')).body
    const { instId: _instId, ...order } = { ...LIMIT, instIdCode: data[0].instIdCode, clOrdId: 'overws' }
    say(stream, { id: 'o1', op: 'order', args: [order] })
    const [reply] = await stream.until((frame) => frame.id === 'o1')
    expect(reply).toMatchObject({ op: 'order', code: '0', data: [{ clOrdId: 'overws', sCode: '0' }] })
    const { ordId } = reply.data[0]
    await until(ordId, 'live')
    say(stream, { id: 'o2', op: 'amend-order', args: [{ instIdCode: order.instIdCode, ordId, newPx: '90001' }] })
    expect((await stream.until((frame) => frame.id === 'o2'))[0].code).toBe('0')
    say(stream, { id: 'o3', op: 'cancel-order', args: [{ instIdCode: order.instIdCode, ordId }] })
    expect((await stream.until((frame) => frame.id === 'o3'))[0].code).toBe('0')
    say(stream, { id: 'o4', op: 'order', args: [LIMIT] })
    expect((await stream.until((frame) => frame.id === 'o4'))[0]).toMatchObject({
      code: '1',
      data: [{ sCode: '51000' }],
    })
    const demo = await okxUser(simulator, { environment: 'demo' })
    const socket = await okxStream(simulator, demo)
    say(socket, { id: 'd1', op: 'order', args: [order] })
    expect((await socket.until((frame) => frame.id === 'd1'))[0]).toMatchObject({ data: [{ sCode: '51001' }] })
  })

  it('are paged by order id, bounded by creation time, and forgotten two hours after an unfilled cancel', async () => {
    const who = await okxUser(simulator)
    const ids: string[] = []
    for (let i = 0; i < 5; i++) ids.push((await place({ clOrdId: `page${i}` }, who)).ordId)
    const newest = [...ids].reverse()
    const list = async (path: string) => (await get(path, who)).data.map((row: { ordId: string }) => row.ordId)
    expect(await list('trade/orders-pending?limit=2')).toEqual(newest.slice(0, 2))
    expect(await list(`trade/orders-pending?limit=2&after=${newest[1]}`)).toEqual(newest.slice(2, 4))
    expect(await list(`trade/orders-pending?before=${newest[2]}`)).toEqual(newest.slice(0, 2))
    await post(
      'trade/cancel-batch-orders',
      ids.slice(0, 4).map((ordId) => ({ instId: 'BTC-USDT', ordId })),
      who,
    )
    expect(await list('trade/orders-history?instType=SPOT')).toEqual([...ids.slice(0, 4)].reverse())
    const [row] = (await get(`trade/order?instId=BTC-USDT&ordId=${ids[0]}`, who)).data
    expect(await list(`trade/orders-history?instType=SPOT&end=${Number(row.cTime) - 1}`)).toEqual([])
    expect(await list('trade/orders-history?instType=SWAP')).toEqual([])
    expect(await list('trade/orders-history-archive?instType=SPOT')).toEqual([])
    await fetch(`${simulator.url}/sim/clock`, {
      method: 'POST',
      headers: { 'Content-Type': 'application/json' },
      body: JSON.stringify({ advance_ms: 2 * 3_600_000 + 1000 }),
    })
    expect(await list('trade/orders-history?instType=SPOT')).toEqual([])
    expect((await get(`trade/order?instId=BTC-USDT&ordId=${ids[0]}`, who)).code).toBe('51603')
    expect(await list('trade/orders-pending')).toEqual([ids[4]])
  })
})
