import type { Account } from './account.ts'
import type { Clearing, Settlement } from './clearing.ts'
import { type Big, floorToStep, min, truncate, ZERO } from './decimal.ts'
import { type Order, remaining } from './order.ts'
import { Refusal } from './refusal.ts'

/** Spot money: buyers lock the quote asset, sellers the base asset; the commission is taken from what is received. */
export class SpotClearing implements Clearing {
  readonly #free: (account: Account, asset: string) => Big

  /** `free` says what of an asset may be spent, where something else than spot orders takes from the same wallet. */
  constructor(free: (account: Account, asset: string) => Big = (account, asset) => account.wallet.of(asset).free) {
    this.#free = free
  }

  reserve(order: Order): string[] {
    if (order.account.house) return []
    const { asset, amount, lock } = need(order)
    if (this.#free(order.account, asset).lt(amount)) throw new Refusal('insufficient_funds')
    if (!lock) return []
    order.account.wallet.lock(asset, amount)
    order.reserved = amount
    return [asset]
  }

  release(order: Order): string[] {
    if (order.account.house || order.reserved.eq(ZERO)) return []
    const asset = lockedAsset(order)
    order.account.wallet.unlock(asset, order.reserved)
    order.reserved = ZERO
    return [asset]
  }

  settle(order: Order, price: Big, qty: Big, maker: boolean): Settlement {
    const { base, quote, makerRate, takerRate } = order.market.instrument
    const worth = price.times(qty)
    const rate = maker ? makerRate : takerRate
    const buy = order.side === 'BUY'
    const got = buy ? qty : worth
    const fee = truncate(got.times(rate), 8)
    const feeAsset = buy ? base : quote
    if (!order.account.house) {
      const wallet = order.account.wallet
      if (buy) {
        // A fill below the limit price frees the difference at once.
        const held = order.reserved.eq(ZERO) ? ZERO : min(order.reserved, order.price.times(qty))
        if (held.gt(ZERO)) {
          wallet.unlock(quote, held)
          order.reserved = order.reserved.minus(held)
        }
        wallet.credit(quote, ZERO.minus(worth))
        wallet.credit(base, qty.minus(fee))
      } else {
        const held = min(order.reserved, qty)
        wallet.unlock(base, held)
        order.reserved = order.reserved.minus(held)
        wallet.credit(base, ZERO.minus(qty))
        wallet.credit(quote, worth.minus(fee))
      }
    }
    return { fee, feeAsset, realized: ZERO, assets: [base, quote] }
  }

  reducible(): null {
    return null
  }

  affordable(account: Account, order: Order, price: Big, qty: Big): Big {
    if (account.house || order.reserved.gt(ZERO)) return qty
    const { base, quote, step } = order.market.instrument
    if (order.side === 'SELL') return min(qty, floorToStep(this.#free(account, base), step))
    return min(qty, floorToStep(this.#free(account, quote).div(price), step))
  }
}

/** The asset an order's reservation is held in. */
export function lockedAsset(order: Order): string {
  return order.side === 'BUY' ? order.market.instrument.quote : order.market.instrument.base
}

function need(order: Order): { asset: string; amount: Big; lock: boolean } {
  const { base, quote } = order.market.instrument
  const left = remaining(order)
  const waiting = order.trigger !== null && !order.trigger.triggered
  if (order.kind === 'LIMIT') {
    return order.side === 'BUY'
      ? { asset: quote, amount: order.price.times(left), lock: true }
      : { asset: base, amount: left, lock: true }
  }
  if (order.side === 'SELL' && order.quoteQty.eq(ZERO)) return { asset: base, amount: left, lock: waiting }
  if (order.side === 'BUY' && order.quoteQty.gt(ZERO)) return { asset: quote, amount: order.quoteQty, lock: false }
  if (waiting) return { asset: quote, amount: (order.trigger?.price ?? ZERO).times(left), lock: true }
  if (order.side === 'BUY') {
    return { asset: quote, amount: order.market.book.worth('BUY', left).quote, lock: false }
  }
  return { asset: base, amount: ZERO, lock: false }
}
