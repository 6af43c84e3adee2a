import type { Account } from '../engine/account.ts'
import { ZERO } from '../engine/decimal.ts'
import type { OrderEvent } from '../engine/events.ts'
import { EXPIRY_REASON, eight, eightText } from './shapes.ts'
import { stopPrice } from './trailing.ts'

/** User data events of Binance Spot (fact sheet: binance.md section 6). */

/** `executionReport`, from what the order looks like at this moment. */
export function executionReport(event: OrderEvent, now: number): Record<string, unknown> {
  const { order } = event
  const fill = event.exec === 'TRADE' ? event.fill : undefined
  const prevention = event.exec === 'TRADE_PREVENTION' ? event : undefined
  const renamed = event.exec === 'CANCELED' || event.exec === 'REPLACED'
  const open = order.status === 'NEW' || order.status === 'PARTIALLY_FILLED'
  const onBook = open && (order.trigger === null || order.trigger.triggered) && order.kind === 'LIMIT'
  const report: Record<string, unknown> = {
    e: 'executionReport',
    E: now,
    s: order.market.symbol,
    c: order.clientId,
    S: order.side,
    o: order.type,
    f: order.tif,
    q: eight(order.qty),
    p: eight(order.price),
    P: eight(stopPrice(order) ?? ZERO),
    F: eightText(String(order.extra.icebergQty ?? '0')),
    g: order.listId,
    C: renamed ? order.origClientId : '',
    x: event.exec,
    X: order.status,
    r: 'NONE',
    i: order.id,
    l: fill ? eightText(fill.qty) : '0.00000000',
    z: eight(order.filled),
    L: fill ? eightText(fill.price) : '0.00000000',
    n: fill ? eightText(fill.fee) : '0',
    N: fill ? fill.feeAsset : null,
    T: order.updatedAt,
    t: fill ? fill.tradeId : -1,
    I: order.market.nextExecutionId++,
    w: onBook,
    m: fill?.maker ?? false,
    M: false,
    O: order.createdAt,
    Z: eight(order.quote),
    Y: fill ? eightText(fill.quote) : '0.00000000',
    Q: eight(order.quoteQty),
  }
  // A new resting order reports its working time although the engine stamps it a moment later.
  const working = order.workingAt > 0 ? order.workingAt : event.exec === 'NEW' && onBook ? order.updatedAt : 0
  if (working > 0 && order.status !== 'CANCELED') report.W = working
  report.V = order.stp
  if (order.extra.trailingDelta !== undefined) {
    report.d = order.extra.trailingDelta
    if (order.extra.trailingTime !== -1) report.D = order.extra.trailingTime
  }
  if (order.extra.strategyId !== undefined) report.j = order.extra.strategyId
  if (order.extra.strategyType !== undefined) report.J = order.extra.strategyType
  if (order.preventedMatchId > 0) {
    report.v = order.preventedMatchId
    report.A = eight(order.prevented)
  }
  if (prevention) {
    report.B = eight(prevention.qty)
    report.u = -1
    report.U = prevention.counterId
    report.Cs = order.market.symbol
    report.pl = eight(prevention.qty)
    report.pL = eight(prevention.price)
    report.pY = eight(prevention.qty.times(prevention.price))
  }
  if (event.exec === 'EXPIRED') report.eR = EXPIRY_REASON[order.expiry]
  return report
}

/** `outboundAccountPosition`: absolute free and locked amounts of the assets an action may have changed. */
export function outboundAccountPosition(
  account: Account,
  assets: Iterable<string>,
  now: number,
): Record<string, unknown> {
  return {
    e: 'outboundAccountPosition',
    E: now,
    u: account.wallet.updatedAt,
    B: [...assets].map((asset) => {
      const { free, locked } = account.wallet.of(asset)
      return { a: asset, f: eight(free), l: eight(locked) }
    }),
  }
}

/** `balanceUpdate`: a deposit, withdrawal or transfer, as a difference. */
export function balanceUpdate(asset: string, delta: string, now: number, at: number): Record<string, unknown> {
  return { e: 'balanceUpdate', E: now, a: asset, d: eightText(delta), T: at }
}
