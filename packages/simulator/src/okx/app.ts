import type { Account } from '../engine/account.ts'
import { dec, ZERO } from '../engine/decimal.ts'
import type { Market } from '../engine/market.ts'
import type { Order } from '../engine/order.ts'
import type { AppOrder, StopOrders } from '../venue.ts'
import { placeAlgo } from './algo-orders.ts'
import { checkPrice, checkSize, isContract } from './checks.ts'
import { submit } from './orders.ts'
import { Params } from './params.ts'
import type { OkxVenue } from './venue.ts'

/** Orders as the exchange's own app places them, in contracts where there are contracts. */
export function placeFromApp(venue: OkxVenue, account: Account, market: Market, order: AppOrder): Order {
  const limit = order.type === 'LIMIT'
  const contract = isContract(market)
  const qty = dec(order.quantity)
  const price = limit ? dec(order.price ?? '0') : ZERO
  checkSize(market, qty, !limit)
  if (limit) checkPrice(market, price, order.side)
  return submit(venue, account, market, {
    clientId: order.clientId ?? '',
    side: order.side,
    type: limit ? (order.postOnly ? 'post_only' : 'limit') : 'market',
    kind: order.type,
    tif: limit ? 'GTC' : 'IOC',
    postOnly: order.postOnly ?? false,
    price,
    qty,
    stp: 'EXPIRE_MAKER',
    positionSide: contract && account.hedge ? (order.side === 'BUY' ? 'LONG' : 'SHORT') : 'BOTH',
    extra: { tdMode: contract ? 'cross' : 'cash', ...(contract || limit ? {} : { tgtCcy: 'base_ccy' }) },
  })
}

/** Stops of the demo trader. */
export function stopOrders(venue: OkxVenue): StopOrders {
  return {
    place: (account, market, { side, quantity, trigger, clientId }) => {
      const contract = isContract(market)
      const params = new Params({
        instId: market.symbol,
        tdMode: contract ? 'cross' : 'cash',
        side: side.toLowerCase(),
        ordType: 'conditional',
        sz: quantity,
        slTriggerPx: trigger,
        slOrdPx: '-1',
        reduceOnly: contract,
        algoClOrdId: clientId,
      })
      placeAlgo.run(venue, account, params)
    },
    open: (account) =>
      venue.algos.open(account).map((algo) => ({
        clientId: algo.algoClOrdId,
        createdAt: algo.cTime,
        cancel: () => venue.algos.cancel(algo),
      })),
    trim: (account, keep) => venue.algos.trim(account, keep),
  }
}
