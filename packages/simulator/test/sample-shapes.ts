import type { Account } from '../src/engine/account.ts'
import { instrument } from '../src/engine/instrument.ts'
import type { Fill, Order } from '../src/engine/order.ts'

/* What the sample exchange trades, and how it writes it. */

const pair = (base: string, startPrice: string, [tick, step]: [string, string], firstOrderId: bigint) =>
  instrument({
    symbol: `${base}-USDT`,
    base,
    quote: 'USDT',
    tick,
    step,
    minPrice: tick,
    maxPrice: '1000000',
    minQty: step,
    maxQty: '9000',
    marketMaxQty: '900',
    minNotional: '20',
    makerRate: '0.001',
    takerRate: '0.002',
    startPrice,
    levelNotional: '60000',
    firstOrderId,
    firstTradeId: firstOrderId * 3n,
  })

export const SAMPLE_INSTRUMENTS = [
  pair('BTC', '95000', ['0.1', '0.0001'], 1_000_001n),
  pair('ETH', '2400', ['0.01', '0.001'], 7_000_000_000_000_000_001n),
]

const STATES: Record<Order['status'], string> = {
  PENDING_NEW: 'open',
  NEW: 'open',
  PARTIALLY_FILLED: 'part',
  FILLED: 'done',
  CANCELED: 'canceled',
  REJECTED: 'refused',
  EXPIRED: 'lapsed',
  EXPIRED_IN_MATCH: 'lapsed',
}

export function orderRow(order: Order): Record<string, unknown> {
  return {
    id: order.id.toString(),
    name: order.clientId,
    symbol: order.market.symbol,
    side: order.side.toLowerCase(),
    type: order.kind.toLowerCase(),
    lifetime: order.tif === 'IOC' ? 'now' : 'rest',
    maker_only: order.postOnly,
    price: order.kind === 'MARKET' ? null : order.price.toFixed(),
    quantity: order.qty.toFixed(),
    filled: order.filled.toFixed(),
    spent: order.quote.toFixed(),
    state: STATES[order.status],
    why: order.status === 'EXPIRED' ? 'nothing left to take' : null,
    created: order.createdAt,
    changed: order.updatedAt,
  }
}

export function fillRow(fill: Fill): Record<string, unknown> {
  return {
    trade: fill.tradeId.toString(),
    order: fill.orderId.toString(),
    name: fill.clientId,
    symbol: fill.symbol,
    side: fill.side.toLowerCase(),
    price: fill.price,
    quantity: fill.qty,
    fee: fill.fee,
    fee_coin: fill.feeAsset,
    maker: fill.maker,
    at: fill.time,
  }
}

export function coinRows(account: Account, coins?: ReadonlySet<string>): Record<string, unknown>[] {
  return [...account.wallet.holdings]
    .filter(([coin]) => coins === undefined || coins.has(coin))
    .map(([coin, { free, locked }]) => ({ coin, total: free.plus(locked).toFixed(), held: locked.toFixed() }))
}

export function instrumentRow(each: (typeof SAMPLE_INSTRUMENTS)[number]): Record<string, unknown> {
  const { symbol, base, quote, tick, step, minQty, minNotional } = each
  return {
    symbol,
    base,
    quote,
    tick: tick.toFixed(),
    step: step.toFixed(),
    least: minQty.toFixed(),
    least_value: minNotional.toFixed(),
  }
}

const PAGE = 100

export function page<T>(all: readonly T[], query: URLSearchParams, row: (each: T) => unknown): unknown {
  const skip = Number(query.get('skip') ?? '0')
  return { rows: all.slice(skip, skip + PAGE).map(row), more: all.length > skip + PAGE }
}
