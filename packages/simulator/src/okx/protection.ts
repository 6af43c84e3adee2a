import type { Big } from '../engine/decimal.ts'
import type { Side } from '../engine/order.ts'
import { ApiError, badParameter } from './errors.ts'

export const PRICE_TYPES = ['last', 'index', 'mark'] as const

export interface ProtectionPrices {
  tpTriggerPx: string
  slTriggerPx: string
}

/** A closing order on `side` takes profit on one side of the price and stops the loss on the other. Throws 51277 to 51280. */
export function checkProtection(side: Side, last: Big, { tpTriggerPx, slTriggerPx }: ProtectionPrices): void {
  const sells = side === 'SELL'
  if (tpTriggerPx !== '' && (sells ? last.gte(tpTriggerPx) : last.lte(tpTriggerPx))) {
    throw sells
      ? new ApiError('51279', 'TP trigger price cannot be lower than the last price')
      : new ApiError('51277', 'TP trigger price cannot be higher than the last price')
  }
  if (slTriggerPx !== '' && (sells ? last.lte(slTriggerPx) : last.gte(slTriggerPx))) {
    throw sells
      ? new ApiError('51280', 'SL trigger price cannot be higher than the last price')
      : new ApiError('51278', 'SL trigger price cannot be lower than the last price')
  }
}

/** A limit price, or -1 for market. */
export function orderPrice(name: string, text: string | undefined): string {
  if (text === undefined || text === '-1') return '-1'
  if (!/^\d{1,20}(\.\d{1,20})?$/.test(text)) throw badParameter(name)
  return text
}
