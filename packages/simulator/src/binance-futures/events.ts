import type { Account } from '../engine/account.ts'
import { ZERO } from '../engine/decimal.ts'
import type { OrderEvent } from '../engine/events.ts'
import type { FuturesClearing } from '../engine/futures-clearing.ts'
import type { ExpiryReason, Fill, Order } from '../engine/order.ts'
import { averagePrice, eight, qtyText } from './shapes.ts'

/** User data events of USDⓈ-M futures (fact sheet: binance.md section 7). */

/** Expiry reason codes of the `er` field. */
const EXPIRY_CODE: Record<ExpiryReason, string> = {
  NONE: '0',
  STP: '1',
  IOC: '2',
  FOK: '2',
  NO_LIQUIDITY: '9',
  REDUCE_ONLY: '4',
  LIST: '0',
  LIST_PHASE_ONE: '0',
  REJECTED: '8',
  EXCHANGE: '7',
  GTD: '0',
  POST_ONLY: '0',
}

export function orderTradeUpdate(event: OrderEvent, clearing: FuturesClearing, now: number): Record<string, unknown> {
  const { order } = event
  const { instrument } = order.market
  const fill = event.exec === 'TRADE' ? event.fill : undefined
  const amendment = event.exec === 'AMENDMENT'
  const body: Record<string, unknown> = {
    s: instrument.symbol,
    c: order.clientId,
    S: order.side,
    o: order.type,
    f: order.tif,
    q: order.qty.toFixed(instrument.qtyDecimals),
    p: order.price.toFixed(),
    ap: order.filled.eq(ZERO) ? '0' : averagePrice(order).toFixed(5),
    sp: String(order.extra.stopPrice ?? '0'),
    x: executionType(event),
    X: order.status,
    i: order.id,
    ...(amendment && order.extra.modifyId !== undefined ? { M: String(order.extra.modifyId) } : {}),
    l: fill ? fill.qty : '0',
    z: qtyText(instrument, order.filled),
    L: fill ? fill.price : '0',
    ...(amendment ? {} : { n: fill ? fill.fee : '0', N: fill ? fill.feeAsset : instrument.quote }),
    T: order.updatedAt,
    t: fill ? fill.tradeId : 0,
    b: clearing.openNotional(order.account, instrument.symbol, 'BUY').toFixed(),
    a: clearing.openNotional(order.account, instrument.symbol, 'SELL').toFixed(),
    m: fill?.maker ?? false,
    R: order.reduceOnly,
    wt: String(order.extra.workingType ?? 'CONTRACT_PRICE'),
    ot: order.origType,
    ps: order.positionSide,
    cp: order.closePosition,
    ...(order.extra.callbackRate === undefined
      ? {}
      : { AP: String(order.extra.activatePrice ?? '0'), cr: String(order.extra.callbackRate) }),
    rp: fill ? fill.realized : '0',
    pP: order.extra.priceProtect === true,
    si: 0,
    ss: 0,
    V: order.stp,
    pm: String(order.extra.priceMatch ?? 'NONE'),
    gtd: Number(order.extra.goodTillDate ?? 0),
    er: expiryCode(order),
  }
  return { e: 'ORDER_TRADE_UPDATE', E: now, T: order.updatedAt, o: body }
}

function executionType(event: OrderEvent): string {
  if (event.exec === 'TRADE') return event.order.extra.liquidation === true ? 'CALCULATED' : 'TRADE'
  return event.exec === 'TRADE_PREVENTION' ? 'EXPIRED' : event.exec
}

function expiryCode(order: Order): string {
  if (order.expiry === 'IOC' && order.kind === 'MARKET') return '9'
  return order.status === 'EXPIRED' || order.status === 'EXPIRED_IN_MATCH' ? EXPIRY_CODE[order.expiry] : '0'
}

/** `TRADE_LITE`: the quick twin of a fill, sent before its ORDER_TRADE_UPDATE. */
export function tradeLite(order: Order, fill: Fill, now: number): Record<string, unknown> {
  return {
    e: 'TRADE_LITE',
    E: now,
    T: fill.time,
    s: fill.symbol,
    q: order.qty.toFixed(order.market.instrument.qtyDecimals),
    p: order.price.toFixed(),
    m: fill.maker,
    c: order.clientId,
    S: order.side,
    L: fill.price,
    l: fill.qty,
    t: fill.tradeId,
    i: fill.orderId,
  }
}

/** `ACCOUNT_UPDATE`: absolute balances and positions, only those that changed. */
export function accountUpdate(
  account: Account,
  clearing: FuturesClearing,
  change: {
    reason: string
    assets: Iterable<string>
    positions: Iterable<string>
    balanceChange?: string
    symbol?: string
  },
  now: number,
  time: number,
): Record<string, unknown> {
  const P = [...change.positions].flatMap((key) => {
    const position = account.positions.get(key)
    if (!position) return []
    const decimals = clearing.qtyDecimals(position.symbol)
    return [
      {
        s: position.symbol,
        pa: position.amount.eq(ZERO) ? '0' : position.amount.toFixed(decimals),
        ep: position.entry.eq(ZERO) ? '0' : position.entry.toFixed(),
        bep: position.breakEven.toFixed(),
        cr: position.realized.toFixed(),
        up: eight(clearing.unrealized(position)),
        mt: clearing.settings(account, position.symbol).isolated ? 'isolated' : 'cross',
        iw: position.isolatedWallet.toFixed(),
        ps: position.side,
      },
    ]
  })
  const B = [...change.assets].map((asset) => {
    const total = eight(account.wallet.total(asset))
    return { a: asset, wb: total, cw: total, bc: change.balanceChange ?? '0' }
  })
  return {
    e: 'ACCOUNT_UPDATE',
    E: now,
    T: time,
    a: { m: change.reason, B, P, ...(change.symbol === undefined ? {} : { S: change.symbol }) },
  }
}

export function marginCall(account: Account, clearing: FuturesClearing, now: number): Record<string, unknown> {
  const held = [...account.positions.values()].filter((position) => !position.amount.eq(ZERO))
  return {
    e: 'MARGIN_CALL',
    E: now,
    cw: eight(account.wallet.total('USDT')),
    p: held.map((position) => ({
      s: position.symbol,
      ps: position.side,
      pa: position.amount.toFixed(),
      mt: clearing.settings(account, position.symbol).isolated ? 'ISOLATED' : 'CROSSED',
      iw: position.isolatedWallet.toFixed(),
      mp: clearing.mark(position.symbol).toFixed(),
      up: eight(clearing.unrealized(position)),
      mm: eight(clearing.maintenance(position)),
    })),
  }
}
