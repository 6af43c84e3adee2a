import { ApiError, invalidSymbol } from '../binance/errors.ts'
import type { Account } from '../engine/account.ts'
import { type Big, isMultiple } from '../engine/decimal.ts'
import type { Market } from '../engine/market.ts'
import type { Side } from '../engine/order.ts'
import { MAX_OPEN_ORDERS, PRICE_DOWN, PRICE_UP } from './instruments.ts'

export interface Sized {
  side: Side
  kind: 'LIMIT' | 'MARKET'
  price: Big
  qty: Big
  reduceOnly: boolean
}

export function marketOf(markets: ReadonlyMap<string, Market>, symbol: string): Market {
  const market = markets.get(symbol)
  if (!market) throw invalidSymbol()
  return market
}

/** Quantity rules: steps, bounds and precision, with the futures codes. */
export function checkQty(market: Market, qty: Big, kind: 'LIMIT' | 'MARKET'): void {
  const { minQty, maxQty, marketMaxQty, step, qtyDecimals } = market.instrument
  if (qty.lte(0)) throw new ApiError(-4003, 'Quantity less than or equal to zero.')
  if (!qty.round(qtyDecimals, 0).eq(qty)) {
    throw new ApiError(-1111, 'Precision is over the maximum defined for this asset.')
  }
  if (qty.lt(minQty)) throw new ApiError(-4004, 'Quantity less than min quantity.')
  if (qty.gt(kind === 'MARKET' ? marketMaxQty : maxQty))
    throw new ApiError(-4005, 'Quantity greater than max quantity.')
  if (!isMultiple(qty, step)) throw new ApiError(-4023, 'Qty not increased by step size.')
}

export function checkPrice(market: Market, price: Big): void {
  const { minPrice, maxPrice, tick } = market.instrument
  if (price.lt(minPrice)) throw new ApiError(-4013, 'Price less than min price.')
  if (price.gt(maxPrice)) throw new ApiError(-4002, 'Price greater than max price.')
  if (!isMultiple(price, tick)) throw new ApiError(-4014, 'Price not increased by tick size.')
}

/** Everything a new order must satisfy besides margin. */
export function checkOrder(account: Account, market: Market, order: Sized): void {
  checkQty(market, order.qty, order.kind)
  if (order.kind === 'LIMIT') {
    checkPrice(market, order.price)
    checkBand(market, order.side, order.price)
  }
  const price = order.kind === 'LIMIT' ? order.price : market.mark
  const { minNotional } = market.instrument
  if (!order.reduceOnly && price.times(order.qty).lt(minNotional)) {
    throw new ApiError(
      -4164,
      `Order's notional must be no smaller than ${minNotional.toFixed(1)} (unless you choose reduce only)`,
    )
  }
  let open = 0
  for (const each of account.open) if (each.market === market) open += 1
  if (open >= MAX_OPEN_ORDERS) throw new ApiError(-2025, 'Reach max open order limit.')
}

/** PERCENT_PRICE: a buy may not be far above the mark price, a sell not far below. */
function checkBand(market: Market, side: Side, price: Big): void {
  if (side === 'BUY' && price.gt(market.mark.times(PRICE_UP))) {
    const highest = market.mark.times(PRICE_UP).toFixed(market.instrument.priceDecimals)
    throw new ApiError(-4016, `Limit price can't be higher than ${highest}.`)
  }
  if (side === 'SELL' && price.lt(market.mark.times(PRICE_DOWN))) {
    const lowest = market.mark.times(PRICE_DOWN).toFixed(market.instrument.priceDecimals)
    throw new ApiError(-4024, `Limit price can't be lower than ${lowest}.`)
  }
}
