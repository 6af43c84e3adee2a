import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { Simulator } from '../src/index.ts'
import { ledger, sim, start, type TestSocket } from './harness.ts'
import { type OkxUser, okx, okxPrice, okxStream, okxUser, pushes } from './okx-client.ts'

const SWAP = { instId: 'BTC-USDT-SWAP', tdMode: 'cross', side: 'buy', ordType: 'market', sz: '3' }

describe('OKX contracts', () => {
  let simulator: Simulator
  let user: OkxUser
  let stream: TestSocket
  beforeAll(async () => {
    simulator = await start({ limits: 'off' })
  })
  afterAll(() => simulator.close())
  const fresh = async (extra: object = {}) => {
    user = await okxUser(simulator, { trading_mode: 'futures', ...extra })
    stream = await okxStream(simulator, user)
  }
  const post = async (path: string, body: unknown) => (await okx(simulator, user, 'POST', path, body)).body
  const get = async (path: string) => (await okx(simulator, user, 'GET', path)).body
  const place = async (order: object) => (await post('trade/order', { ...SWAP, ...order })).data[0]
  const position = (fits: (row: Record<string, string>) => boolean) => pushes(stream, 'positions', fits)
  const moveTo = (price: string) => okxPrice(simulator, 'BTC-USDT-SWAP', price)

  it('open and close a position in contracts, with profit and fees in the settling coin', async () => {
    await fresh()
    const { ordId } = await place({})
    const [filled] = await pushes(stream, 'orders', (row) => row.ordId === ordId && row.state === 'filled')
    expect(filled).toMatchObject({
      instType: 'SWAP',
      posSide: 'net',
      sz: '3',
      accFillSz: '3',
      feeCcy: 'USDT',
      lever: '10',
    })
    const [opened] = await position((row) => row.pos === '3')
    expect(opened).toMatchObject({
      instId: 'BTC-USDT-SWAP',
      mgnMode: 'cross',
      posSide: 'net',
      ccy: 'USDT',
      lever: '10',
    })
    expect(opened).toMatchObject({ avgPx: filled.avgPx, tradeId: filled.tradeId, availPos: '3' })
    const [cash] = await pushes(stream, 'balance_and_position', (row) => row.eventType === 'filled')
    expect(cash.trades).toEqual([{ instId: 'BTC-USDT-SWAP', tradeId: filled.tradeId }])
    expect(cash.posData[0]).toMatchObject({ posId: opened.posId, pos: '3', avgPx: filled.avgPx })
    expect(cash.balData[0]).toMatchObject({ ccy: 'USDT' })
    await moveTo('96000')
    const [row] = (await get('account/positions?instType=SWAP')).data
    expect(Number(row.upl)).toBeCloseTo((96_000 - Number(filled.avgPx)) * 0.03, 6)
    expect(Number(row.notionalUsd)).toBeCloseTo(96_000 * 0.03, 6)
    const closing = await post('trade/close-position', { instId: 'BTC-USDT-SWAP', mgnMode: 'cross' })
    expect(closing).toMatchObject({ code: '0', data: [{ instId: 'BTC-USDT-SWAP', posSide: 'net' }] })
    const [closed] = await pushes(stream, 'orders', (each) => each.side === 'sell' && each.state === 'filled')
    expect(closed).toMatchObject({ reduceOnly: 'true', ordType: 'market' })
    expect(Number(closed.pnl)).toBeCloseTo((Number(closed.avgPx) - Number(filled.avgPx)) * 0.03, 6)
    expect((await position((each) => each.pos === '0'))[0]).toMatchObject({ posId: opened.posId, avgPx: '' })
    expect((await get('account/positions')).data).toEqual([])
    const truth = await ledger(simulator, user.account_id)
    const change = Number(closed.pnl) + Number(filled.fee) + Number(closed.fee)
    expect(Number(truth.balances.USDT) - 100_000).toBeCloseTo(change, 6)
    expect(truth.executions.map((each: Record<string, string>) => [each.symbol, each.quantity])).toEqual([
      ['BTC-USDT-SWAP', '3'],
      ['BTC-USDT-SWAP', '3'],
    ])
    await moveTo('95000')
  })

  it('keep long and short apart in hedge mode, which changes only while nothing is open', async () => {
    await fresh()
    expect((await post('account/set-position-mode', { posMode: 'long_short_mode' })).data).toEqual([
      { posMode: 'long_short_mode' },
    ])
    expect((await place({})).sCode).toBe('51000')
    await place({ posSide: 'long' })
    await place({ posSide: 'short', side: 'sell', sz: '2' })
    await position((row) => row.posSide === 'long' && row.pos === '3')
    await position((row) => row.posSide === 'short' && row.pos === '2')
    expect((await place({ posSide: 'long', side: 'sell', sz: '1' })).sCode).toBe('0')
    await position((row) => row.posSide === 'long' && row.pos === '2')
    expect((await post('account/set-position-mode', { posMode: 'net_mode' })).code).toBe('59000')
    expect((await get('account/config')).data[0]).toMatchObject({ posMode: 'long_short_mode', acctLv: '2' })
  })

  it('keep isolated beside cross, each with its leverage', async () => {
    await fresh()
    const lever = await post('account/set-leverage', { instId: 'BTC-USDT-SWAP', lever: '5', mgnMode: 'isolated' })
    expect(lever.data).toEqual([{ lever: '5', mgnMode: 'isolated', instId: 'BTC-USDT-SWAP', posSide: '' }])
    await place({})
    await place({ tdMode: 'isolated', sz: '1' })
    const rows = (await get('account/positions')).data.map((row: Record<string, string>) => [
      row.mgnMode,
      row.pos,
      row.lever,
    ])
    expect(rows).toEqual([
      ['cross', '3', '10'],
      ['isolated', '1', '5'],
    ])
    expect((await get('account/leverage-info?instId=BTC-USDT-SWAP&mgnMode=cross')).data[0].lever).toBe('10')
    const [balance] = (await get('account/balance?ccy=USDT')).data
    expect(Number(balance.details[0].availEq)).toBeLessThan(Number(balance.details[0].eq) - 460)
  })

  it('settle inverse swaps in coins', async () => {
    await fresh()
    const { ordId } = await place({ instId: 'BTC-USD-SWAP', sz: '10' })
    const [filled] = await pushes(stream, 'orders', (row) => row.ordId === ordId && row.state === 'filled')
    expect(filled).toMatchObject({ feeCcy: 'BTC', fillFeeCcy: 'BTC' })
    const [opened] = await position((row) => row.instId === 'BTC-USD-SWAP')
    expect(opened).toMatchObject({ pos: '10', ccy: 'BTC', notionalUsd: '1000' })
    expect(Number(filled.fee)).toBeCloseTo((-1000 / Number(filled.avgPx)) * 0.0005, 7)
  })

  it('are liquidated when the market takes the margin, and told as a liquidation', async () => {
    await fresh({ balances: { USDT: '300' } })
    await place({ sz: '3' })
    await position((row) => row.pos === '3')
    await moveTo('84000')
    const [gone] = await pushes(
      stream,
      'orders',
      (row) => row.category === 'full_liquidation' && row.state === 'filled',
    )
    expect(gone).toMatchObject({ tradeId: '0', clOrdId: '', source: '' })
    await position((row) => row.pos === '0')
    const fills = (await get('trade/fills?instType=SWAP')).data
    expect(fills[0].tradeId).toMatch(/^-\d+$/)
    await moveTo('95000')
  })

  it('pay funding', async () => {
    await fresh()
    await place({})
    await position((row) => row.pos === '3')
    await sim(simulator, 'POST', '/sim/funding', {
      account_id: user.account_id,
      symbol: 'BTC-USDT-SWAP',
      rate: '0.001',
    })
    const [paid] = await pushes(stream, 'balance_and_position', (row) => row.eventType === 'funding_fee')
    expect(paid.balData[0].ccy).toBe('USDT')
    const [row] = await position((each) => each.fundingFee !== '0')
    expect(Number(row.fundingFee)).toBeCloseTo(-0.001 * 0.03 * Number(row.markPx), 6)
  })

  it('share one wallet with spot, as the account channel tells', async () => {
    await fresh({ balances: { USDT: '3000' } })
    await place({ ordType: 'limit', px: '90000', sz: '10' })
    const [frozen] = await pushes(stream, 'account', (row) => row.details?.[0]?.ordFrozen === '900')
    expect(frozen.details[0]).toMatchObject({ ccy: 'USDT', cashBal: '3000', availBal: '2100' })
    const spot = { instId: 'BTC-USDT', tdMode: 'cash', ordType: 'limit', px: '90000' }
    expect((await place({ ...spot, sz: '0.03' })).sCode).toBe('51008')
    expect((await place({ ...spot, sz: '0.02' })).sCode).toBe('0')
    const truth = await ledger(simulator, user.account_id)
    expect(truth.locked.USDT).toBe('1800')
    expect((await place({ ordType: 'limit', px: '90000', sz: '10' })).sCode).toBe('51008')
  })

  it('end all orders when the dead man does not call again', async () => {
    await fresh()
    const { ordId } = await place({ ordType: 'limit', px: '90000' })
    expect((await post('trade/cancel-all-after', { timeOut: '5' })).code).toBe('51000')
    expect((await post('trade/cancel-all-after', { timeOut: '60' })).data[0].triggerTime).toMatch(/^\d{13}$/)
    await sim(simulator, 'POST', '/sim/clock', { advance_ms: 61_000 })
    const [gone] = await pushes(stream, 'orders', (row) => row.ordId === ordId && row.state === 'canceled')
    expect(gone.cancelSource).toBe('20')
  })

  describe('with conditional orders', () => {
    let business: TestSocket
    const algo = async (order: object) =>
      (await post('trade/order-algo', { ...SWAP, ordType: 'conditional', ...order })).data[0]
    const told = (algoId: string, state: string, channel = 'orders-algo') =>
      pushes(business, channel, (row) => row.algoId === algoId && row.state === state)
    const protectedPosition = async () => {
      await fresh()
      business = await okxStream(simulator, user, 'business')
      await place({})
      await position((row) => row.pos === '3')
    }

    it('a stop-loss becomes an order of its own, which names it', async () => {
      await protectedPosition()
      const { algoId, sCode } = await algo({
        side: 'sell',
        slTriggerPx: '94000',
        slOrdPx: '-1',
        reduceOnly: 'true',
        algoClOrdId: 'stop1',
      })
      expect(sCode).toBe('0')
      expect((await told(algoId, 'live'))[0]).toMatchObject({
        slTriggerPx: '94000',
        slOrdPx: '-1',
        algoClOrdId: 'stop1',
      })
      expect((await get('trade/orders-algo-pending?ordType=conditional,oco')).data).toHaveLength(1)
      expect((await get('trade/orders-algo-pending?ordType=conditional,trigger')).code).toBe('51000')
      await moveTo('93900')
      const [fired] = await told(algoId, 'effective')
      expect(fired).toMatchObject({ actualSide: 'sl', actualSz: '3', failCode: '' })
      expect(fired.ordIdList).toHaveLength(1)
      const [child] = await pushes(stream, 'orders', (row) => row.algoId === algoId && row.state === 'filled')
      expect(child).toMatchObject({ ordId: fired.ordIdList[0], source: '7', algoClOrdId: 'stop1', ordType: 'market' })
      const history = await get(`trade/orders-algo-history?ordType=conditional&state=effective`)
      expect(history.data[0]).toMatchObject({ algoId, actualPx: child.avgPx })
      await moveTo('95000')
    })

    it('an OCO takes profit, is amended and canceled', async () => {
      await protectedPosition()
      const oco = {
        ordType: 'oco',
        side: 'sell',
        tpTriggerPx: '96000',
        tpOrdPx: '-1',
        slTriggerPx: '94000',
        slOrdPx: '-1',
      }
      expect((await algo({ ...oco, tpTriggerPx: '94500' })).sCode).toBe('51279')
      expect((await algo({ ...oco, slTriggerPx: '95500' })).sCode).toBe('51280')
      const { algoId } = await algo({ ...oco, reduceOnly: 'true' })
      const change = { instId: 'BTC-USDT-SWAP', algoId, newTpTriggerPx: '96500', reqId: 'a1' }
      expect((await post('trade/amend-algos', change)).data[0]).toMatchObject({ algoId, reqId: 'a1', sCode: '0' })
      const [amended] = await pushes(business, 'orders-algo', (row) => row.reqId === 'a1')
      expect(amended).toMatchObject({ tpTriggerPx: '96500', amendResult: '0', state: 'live' })
      await moveTo('96600')
      expect((await told(algoId, 'effective'))[0].actualSide).toBe('tp')
      await moveTo('95000')
      const second = await algo({ ...oco, reduceOnly: 'true' })
      await post('trade/cancel-algos', [{ algoId: second.algoId, instId: 'BTC-USDT-SWAP' }])
      await told(second.algoId, 'canceled')
      expect(
        (await post('trade/cancel-algos', [{ algoId: second.algoId, instId: 'BTC-USDT-SWAP' }])).data[0].sCode,
      ).toBe('51400')
    })

    it('one that cannot be placed when it fires has failed, with the code', async () => {
      await protectedPosition()
      const { algoId } = await algo({ ordType: 'trigger', triggerPx: '95500', orderPx: '95600', sz: '100000' })
      await moveTo('95700')
      expect((await told(algoId, 'order_failed'))[0]).toMatchObject({ failCode: '51008', ordIdList: [] })
      await moveTo('95000')
    })

    it('a trailing stop follows the price', async () => {
      await protectedPosition()
      const { algoId } = await algo({
        ordType: 'move_order_stop',
        side: 'sell',
        callbackRatio: '0.01',
        reduceOnly: 'true',
      })
      await told(algoId, 'live', 'algo-advance')
      await moveTo('97000')
      await moveTo('96500')
      expect((await get('trade/orders-algo-pending?ordType=move_order_stop')).data).toHaveLength(1)
      await moveTo('96000')
      await told(algoId, 'effective', 'algo-advance')
      await moveTo('95000')
    })

    it('take-profit and stop-loss attached to an order wait from when it is filled', async () => {
      await protectedPosition()
      const attachAlgoOrds = [
        { tpTriggerPx: '97000', tpOrdPx: '-1', slTriggerPx: '94000', slOrdPx: '-1', attachAlgoClOrdId: 'att1' },
      ]
      expect((await place({ attachAlgoOrds })).sCode).toBe('0')
      const [row] = await pushes(business, 'orders-algo', (each) => each.algoClOrdId === 'att1')
      expect(row).toMatchObject({ ordType: 'oco', side: 'sell', sz: '3', state: 'live' })
    })
  })
})
