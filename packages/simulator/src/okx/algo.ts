import type { Account } from '../engine/account.ts'
import type { Market } from '../engine/market.ts'
import type { PositionSide, Side } from '../engine/order.ts'
import type { OkxVenue } from './venue.ts'

export type AlgoType = 'conditional' | 'oco' | 'trigger' | 'move_order_stop'
export type AlgoState = 'live' | 'effective' | 'canceled' | 'order_failed'

/** A conditional order: an object of its own that becomes an order when its price is reached. Prices are text, "" when absent. */
export interface Algo {
  algoId: string
  algoClOrdId: string
  accountId: string
  symbol: string
  ordType: AlgoType
  side: Side
  positionSide: PositionSide
  isolated: boolean
  tdMode: string
  reduceOnly: boolean
  sz: string
  closeFraction: string
  tgtCcy: string
  tag: string
  tpTriggerPx: string
  tpTriggerPxType: string
  tpOrdPx: string
  slTriggerPx: string
  slTriggerPxType: string
  slOrdPx: string
  triggerPx: string
  triggerPxType: string
  ordPx: string
  /** Trigger orders: the side of the price it lay on when it was placed. */
  upwards: boolean
  callbackRatio: string
  callbackSpread: string
  activePx: string
  /** Trailing: the best price since it follows; "" before. */
  extreme: string
  state: AlgoState
  actualSide: string
  actualSz: string
  actualPx: string
  triggerTime: string
  failCode: string
  ordId: string
  cTime: number
  uTime: number
}

type Given = Pick<Algo, 'ordType' | 'side' | 'positionSide' | 'isolated' | 'tdMode' | 'reduceOnly'> & Partial<Algo>

export function newAlgo(venue: OkxVenue, account: Account, market: Market, given: Given): Algo {
  const time = venue.engine.time
  return {
    algoId: venue.algos.nextId(),
    algoClOrdId: '',
    accountId: account.id,
    symbol: market.symbol,
    sz: '',
    closeFraction: '',
    tgtCcy: '',
    tag: '',
    tpTriggerPx: '',
    tpTriggerPxType: '',
    tpOrdPx: '',
    slTriggerPx: '',
    slTriggerPxType: '',
    slOrdPx: '',
    triggerPx: '',
    triggerPxType: '',
    ordPx: '',
    upwards: given.triggerPx !== undefined && given.triggerPx !== '' && market.last.lt(given.triggerPx),
    callbackRatio: '',
    callbackSpread: '',
    activePx: '',
    extreme: '',
    state: 'live',
    actualSide: '',
    actualSz: '0',
    actualPx: '',
    triggerTime: '',
    failCode: '',
    ordId: '',
    cTime: time,
    uTime: time,
    ...given,
  }
}
