import type { Account } from './account.ts'
import type { Settlement } from './clearing.ts'
import { type Big, ZERO } from './decimal.ts'
import type { Market } from './market.ts'
import type { Fill, Order, Ticket } from './order.ts'

/** An order as it begins: nothing filled, not in a book yet. */
export function newOrder(account: Account, market: Market, ticket: Ticket, time: number): Order {
  return {
    id: market.dealOrderId(),
    clientId: ticket.clientId,
    origClientId: '',
    account,
    market,
    side: ticket.side,
    type: ticket.type,
    origType: ticket.origType ?? ticket.type,
    kind: ticket.kind,
    tif: ticket.tif,
    postOnly: ticket.postOnly ?? false,
    price: ticket.price,
    qty: ticket.qty,
    quoteQty: ticket.quoteQty ?? ZERO,
    trigger: ticket.trigger ?? null,
    stp: ticket.stp,
    reduceOnly: ticket.reduceOnly ?? false,
    closePosition: ticket.closePosition ?? false,
    positionSide: ticket.positionSide ?? 'BOTH',
    isolated: ticket.isolated ?? false,
    goodTill: ticket.goodTill ?? 0,
    status: 'NEW',
    filled: ZERO,
    quote: ZERO,
    prevented: ZERO,
    preventedMatchId: 0,
    reserved: ZERO,
    createdAt: time,
    updatedAt: time,
    workingAt: -1,
    priority: 0,
    expiry: 'NONE',
    listId: ticket.listId ?? -1,
    unfunded: ticket.unfunded ?? false,
    amendments: 0,
    extra: ticket.extra ?? {},
  }
}

/** What one trade is, apart from whose side of it. */
export interface Deal {
  tradeId: bigint
  price: Big
  qty: Big
  quote: Big
  time: number
}

/** One side of a trade as it is kept. */
export function newFill(order: Order, deal: Deal, settlement: Settlement, maker: boolean, seq: number): Fill {
  return {
    tradeId: deal.tradeId,
    orderId: order.id,
    clientId: order.clientId,
    accountId: order.account.id,
    symbol: order.market.symbol,
    side: order.side,
    positionSide: order.positionSide,
    price: deal.price.toFixed(),
    qty: deal.qty.toFixed(),
    quote: deal.quote.toFixed(),
    fee: settlement.fee.toFixed(),
    feeAsset: settlement.feeAsset,
    realized: settlement.realized.toFixed(),
    ...(settlement.closed && { closed: settlement.closed.toFixed() }),
    maker,
    time: deal.time,
    seq,
  }
}

/** How client ids are told apart in an account. */
export function clientKey(order: Order, clientId = order.clientId): string {
  return `${order.market.symbol}|${clientId}`
}
