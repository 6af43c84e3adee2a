import { filterFailure, invalidSymbol } from '../binance/errors.ts'
import type { Account } from '../engine/account.ts'
import { type Big, dec, isMultiple } from '../engine/decimal.ts'
import type { Instrument } from '../engine/instrument.ts'
import type { Market } from '../engine/market.ts'
import type { Ticket } from '../engine/order.ts'
import { MAX_OPEN_ORDERS, MAX_STOP_ORDERS } from './instruments.ts'

const BID_UP = dec('5')
const BID_DOWN = dec('0.2')
const ASK_UP = dec('5')
const ASK_DOWN = dec('0.2')

/** The `filters` array of a symbol in exchangeInfo. */
export function filterList(instrument: Instrument): Record<string, unknown>[] {
  const eight = (value: Big) => value.toFixed(8)
  return [
    {
      filterType: 'PRICE_FILTER',
      minPrice: eight(instrument.minPrice),
      maxPrice: eight(instrument.maxPrice),
      tickSize: eight(instrument.tick),
    },
    {
      filterType: 'LOT_SIZE',
      minQty: eight(instrument.minQty),
      maxQty: eight(instrument.maxQty),
      stepSize: eight(instrument.step),
    },
    { filterType: 'ICEBERG_PARTS', limit: 100 },
    {
      filterType: 'MARKET_LOT_SIZE',
      minQty: '0.00000000',
      maxQty: eight(instrument.marketMaxQty),
      stepSize: '0.00000000',
    },
    {
      filterType: 'TRAILING_DELTA',
      minTrailingAboveDelta: 10,
      maxTrailingAboveDelta: 2000,
      minTrailingBelowDelta: 10,
      maxTrailingBelowDelta: 2000,
    },
    {
      filterType: 'PERCENT_PRICE_BY_SIDE',
      bidMultiplierUp: '5',
      bidMultiplierDown: '0.2',
      askMultiplierUp: '5',
      askMultiplierDown: '0.2',
      avgPriceMins: 5,
    },
    {
      filterType: 'NOTIONAL',
      minNotional: eight(instrument.minNotional),
      applyMinToMarket: true,
      maxNotional: '9000000.00000000',
      applyMaxToMarket: false,
      avgPriceMins: 5,
    },
    { filterType: 'MAX_NUM_ORDERS', maxNumOrders: MAX_OPEN_ORDERS },
    { filterType: 'MAX_NUM_ORDER_LISTS', maxNumOrderLists: 20 },
    { filterType: 'MAX_NUM_ALGO_ORDERS', maxNumAlgoOrders: MAX_STOP_ORDERS },
    { filterType: 'MAX_NUM_ORDER_AMENDS', maxNumOrderAmends: 10 },
  ]
}

/** Throws -1013 "Filter failure: NAME" for the first filter the order breaks. */
export function checkFilters(account: Account, market: Market, ticket: Ticket): void {
  const { instrument } = market
  for (const price of [ticket.kind === 'LIMIT' ? ticket.price : null, ticket.trigger?.price ?? null]) {
    if (!price) continue
    if (price.lt(instrument.minPrice) || price.gt(instrument.maxPrice) || !isMultiple(price, instrument.tick)) {
      throw filterFailure('PRICE_FILTER')
    }
  }
  if (ticket.kind === 'LIMIT') {
    const [up, down] = ticket.side === 'BUY' ? [BID_UP, BID_DOWN] : [ASK_UP, ASK_DOWN]
    if (ticket.price.gt(market.last.times(up)) || ticket.price.lt(market.last.times(down))) {
      throw filterFailure('PERCENT_PRICE_BY_SIDE')
    }
  }
  const byQuote = ticket.quoteQty?.gt(0) ?? false
  if (!byQuote) {
    const { qty } = ticket
    if (qty.lt(instrument.minQty) || qty.gt(instrument.maxQty) || !isMultiple(qty, instrument.step)) {
      throw filterFailure('LOT_SIZE')
    }
    if (ticket.kind === 'MARKET' && qty.gt(instrument.marketMaxQty)) throw filterFailure('MARKET_LOT_SIZE')
  }
  const price = ticket.kind === 'LIMIT' ? ticket.price : market.last
  const notional = byQuote ? (ticket.quoteQty as Big) : price.times(ticket.qty)
  if (notional.lt(instrument.minNotional)) throw filterFailure('NOTIONAL')
  if (ticket.kind === 'LIMIT' && notional.gt(9_000_000)) throw filterFailure('NOTIONAL')
  let open = 0
  let stops = 0
  for (const order of account.open) {
    if (order.market !== market) continue
    open += 1
    if (order.trigger) stops += 1
  }
  if (open >= MAX_OPEN_ORDERS) throw filterFailure('MAX_NUM_ORDERS')
  if (ticket.trigger && stops >= MAX_STOP_ORDERS) throw filterFailure('MAX_NUM_ALGO_ORDERS')
}

export function marketOf(markets: ReadonlyMap<string, Market>, symbol: string): Market {
  const market = markets.get(symbol)
  if (!market) throw invalidSymbol()
  return market
}
