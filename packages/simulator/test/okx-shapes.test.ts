import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { Simulator } from '../src/index.ts'
import { start } from './harness.ts'
import { type OkxUser, okx, okxStream, okxUser, pushes } from './okx-client.ts'

/** The fields that the venue's documents show in each kind of row; a client may count on every one being there, as text. */
const ORDER =
  'instType instId ordId clOrdId tag side posSide tdMode ordType px sz tgtCcy ccy state accFillSz avgPx fillPx fillSz tradeId fillTime fillFee fillFeeCcy execType fee feeCcy rebate rebateCcy pnl lever reduceOnly source cancelSource amendSource amendResult reqId category algoId algoClOrdId stpMode tradeQuoteCcy lastPx cTime uTime code msg'
const POSITION =
  'instType instId mgnMode posId posSide pos availPos avgPx upl uplRatio lever liqPx markPx imr mmr margin mgnRatio notionalUsd ccy adl realizedPnl pnl fee fundingFee bePx tradeId cTime uTime pTime last idxPx liqPenalty'
const ALGO =
  'instType instId algoId algoClOrdId ordType side posSide tdMode sz state slTriggerPx slTriggerPxType slOrdPx tpTriggerPx tpOrdPx triggerPx ordPx actualSz actualPx actualSide triggerTime reduceOnly failCode cTime uTime closeFraction last amendResult reqId'
const DETAIL = 'ccy eq cashBal availBal availEq frozenBal ordFrozen upl uTime eqUsd isoEq imr mmr mgnRatio'
const FILL =
  'instType instId tradeId ordId clOrdId billId subType tag fillPx fillSz fillPnl fee feeCcy feeRate side posSide execType fillTime ts tradeQuoteCcy fillIdxPx fillMarkPx'

function expectTexts(row: Record<string, unknown>, names: string): void {
  const wrong = names.split(' ').filter((name) => typeof row[name] !== 'string')
  expect(wrong).toEqual([])
}

describe('rows of OKX', () => {
  let simulator: Simulator
  let user: OkxUser
  beforeAll(async () => {
    simulator = await start({ limits: 'off' })
    user = await okxUser(simulator)
  })
  afterAll(() => simulator.close())
  const post = async (path: string, body: unknown) => (await okx(simulator, user, 'POST', path, body)).body.data[0]
  const get = async (path: string) => (await okx(simulator, user, 'GET', path)).body.data[0]
  const swap = { instId: 'BTC-USDT-SWAP', tdMode: 'cross', side: 'buy', ordType: 'market', sz: '3' }

  it('carry every documented field on the stream, under an arg that names the account', async () => {
    const stream = await okxStream(simulator, user)
    const business = await okxStream(simulator, user, 'business')
    await post('trade/order', { instId: 'BTC-USDT', tdMode: 'cash', side: 'buy', ordType: 'market', sz: '100' })
    await post('trade/order', swap)
    await post('trade/order-algo', {
      ...swap,
      ordType: 'conditional',
      side: 'sell',
      slTriggerPx: '90000',
      slOrdPx: '-1',
    })
    for (const row of await pushes(stream, 'orders', () => true, 4)) expectTexts(row, ORDER)
    const [position] = await pushes(stream, 'positions', (row) => row.pos === '3')
    expectTexts(position, POSITION)
    const [account] = await pushes(stream, 'account', (row) => row.details.length > 0)
    expectTexts(account, 'uTime totalEq isoEq')
    for (const detail of account.details) expectTexts(detail, DETAIL)
    const [algo] = await pushes(business, 'orders-algo', (row) => row.state === 'live')
    expectTexts(algo, ALGO)
    const framed = [...stream.frames, ...business.frames].filter((frame) => frame.data)
    expect(new Set(framed.map((frame) => frame.arg.uid))).toEqual(new Set([user.uid]))
  })

  it('carry them over REST too, where an order without a fill has an empty average', async () => {
    await post('trade/order', {
      instId: 'BTC-USDT',
      tdMode: 'cash',
      side: 'buy',
      ordType: 'limit',
      px: '90000',
      sz: '1',
    })
    const order = await get('trade/orders-pending')
    expectTexts(
      order,
      ORDER.replace(/ (fillFee|fillFeeCcy|execType|amendSource|amendResult|reqId|lastPx|code|msg)(?= |$)/g, ''),
    )
    expectTexts(order, 'cancelSourceReason')
    expect([order.avgPx, 'code' in order]).toEqual(['', false])
    expectTexts(await get('trade/fills'), FILL)
    expectTexts(await get('account/positions'), POSITION)
    expectTexts((await get('account/balance')).details[0], DETAIL)
    expectTexts(await get('account/config'), 'uid mainUid acctLv posMode perm ip label type kycLv level acctStpMode')
  })
})
