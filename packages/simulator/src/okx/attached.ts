import { dec } from '../engine/decimal.ts'
import type { Market } from '../engine/market.ts'
import type { Order, Side } from '../engine/order.ts'
import { newAlgo } from './algo.ts'
import { clientIdOf } from './checks.ts'
import { badParameter } from './errors.ts'
import type { Params } from './params.ts'
import { checkProtection, PRICE_TYPES } from './protection.ts'
import type { OkxVenue } from './venue.ts'

/** Take-profit and stop-loss that come with an order and start to wait once it is filled. */
export interface Attached {
  attachAlgoId: string
  attachAlgoClOrdId: string
  tpTriggerPx: string
  tpTriggerPxType: string
  tpOrdPx: string
  slTriggerPx: string
  slTriggerPxType: string
  slOrdPx: string
}

/** Reads `attachAlgoOrds` of an order on this side; the protection is on the other one. */
export function readAttached(market: Market, side: Side, params: Params): Attached[] {
  return params.items('attachAlgoOrds').map((item) => {
    const attached: Attached = {
      attachAlgoId: '',
      attachAlgoClOrdId: clientIdOf(item, 'attachAlgoClOrdId') ?? '',
      tpTriggerPx: item.decimal('tpTriggerPx') ?? '',
      tpTriggerPxType: item.oneOf('tpTriggerPxType', PRICE_TYPES) ?? 'last',
      tpOrdPx: item.text('tpOrdPx') ?? '',
      slTriggerPx: item.decimal('slTriggerPx') ?? '',
      slTriggerPxType: item.oneOf('slTriggerPxType', PRICE_TYPES) ?? 'last',
      slOrdPx: item.text('slOrdPx') ?? '',
    }
    if (attached.tpTriggerPx === '' && attached.slTriggerPx === '') throw badParameter('attachAlgoOrds')
    const reference = params.decimal('px')
    const around = reference === undefined ? market.last : dec(reference)
    checkProtection(side === 'BUY' ? 'SELL' : 'BUY', around, attached)
    return attached
  })
}

/** An order is over: what is attached to it begins, for as much as was filled. */
export function startAttached(venue: OkxVenue, order: Order): void {
  if (order.extra.attached === undefined || order.filled.lte(0)) return
  for (const attached of JSON.parse(String(order.extra.attached)) as Attached[]) {
    const both = attached.tpTriggerPx !== '' && attached.slTriggerPx !== ''
    venue.algos.add(
      newAlgo(venue, order.account, order.market, {
        algoClOrdId: attached.attachAlgoClOrdId,
        ordType: both ? 'oco' : 'conditional',
        side: order.side === 'BUY' ? 'SELL' : 'BUY',
        positionSide: order.positionSide,
        isolated: order.isolated,
        tdMode: String(order.extra.tdMode ?? 'cash'),
        reduceOnly: order.market.instrument.kind !== 'spot' && order.positionSide === 'BOTH',
        sz: order.filled.toFixed(),
        tpTriggerPx: attached.tpTriggerPx,
        tpTriggerPxType: attached.tpTriggerPxType,
        tpOrdPx: attached.tpOrdPx || '-1',
        slTriggerPx: attached.slTriggerPx,
        slTriggerPxType: attached.slTriggerPxType,
        slOrdPx: attached.slOrdPx || '-1',
      }),
    )
  }
}
