import { compareDecimal, normaliseDecimal } from '@tradercoin/protocol'
import { ExchangeError } from '../errors.ts'
import type { Credentials, OrderRef, PlaceRequest } from '../exchange.ts'
import type { Category } from './category.ts'
import { directionOf, formatOrder, orderKey } from './format.ts'
import type { BybitRest } from './rest.ts'

/** Sends an order. Throws ExchangeError. */
export async function placeOrder(
  rest: BybitRest,
  who: Credentials,
  request: PlaceRequest,
  category: Category,
): Promise<{ order_id: string }> {
  const params = formatOrder(request, category)
  if (category === 'spot') await refusePassedTrigger(rest, request)
  return { order_id: await rest.placeOrder(who, params) }
}

/**
 * A spot order does not say in which direction its price must move to trigger it: the venue takes it from where the price is now. A stop
 * whose trigger has been passed already would wait for the way back, and do the opposite of what it is for.
 */
async function refusePassedTrigger(rest: BybitRest, request: PlaceRequest): Promise<void> {
  const direction = directionOf(request)
  if (direction === null || request.stop_price === null) return
  const { bid, ask } = await bestPrices(rest, request.symbol)
  const market = direction === 1 ? (ask ?? bid) : (bid ?? ask)
  if (market === null) return
  const side = compareDecimal(request.stop_price, normaliseDecimal(market))
  if (direction === 1 ? side > 0 : side < 0) return
  const message = 'The trigger price is on the wrong side of the market: the order would trigger immediately.'
  throw new ExchangeError('refused', 'stop_would_trigger', message)
}

async function bestPrices(rest: BybitRest, symbol: string) {
  try {
    return await rest.bestPrices('spot', symbol)
  } catch (cause) {
    if (cause instanceof ExchangeError && cause.kind !== 'unavailable') throw cause
    throw new ExchangeError('not_sent', 'not_sent', 'Bybit did not tell its prices; nothing was sent.', { cause })
  }
}

/** A conditional spot order is found under its own filter only, and its kind is not told here. */
const spotFilters = [undefined, 'StopOrder', 'tpslOrder'] as const

/** Throws ExchangeError. */
export async function cancelOrder(rest: BybitRest, who: Credentials, ref: OrderRef, category: Category): Promise<void> {
  const params = { category, symbol: ref.symbol, ...orderKey(ref) }
  const filters = category === 'spot' ? spotFilters : [undefined]
  let notFound: ExchangeError | null = null
  for (const orderFilter of filters) {
    try {
      await rest.cancelOrder(who, { ...params, orderFilter })
      return
    } catch (error) {
      if (!(error instanceof ExchangeError) || error.kind !== 'not_found') throw error
      notFound ??= error
    }
  }
  if (notFound !== null) throw notFound
}
