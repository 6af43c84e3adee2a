import type { Account, Position, SymbolSettings } from './account.ts'
import type { Clearing, Settlement } from './clearing.ts'
import { type Big, dec, max, min, truncate, ZERO } from './decimal.ts'
import type { Market } from './market.ts'
import { type Order, type PositionSide, remaining, type Side } from './order.ts'
import { Refusal } from './refusal.ts'

export const DEFAULT_LEVERAGE = 20
/** Maintenance margin of the first bracket, used for every size here. */
export const MAINTENANCE_RATE: Big = dec('0.004')

/** Linear futures margined and settled in the quote asset: cross margin, one-way or hedge positions. */
export class FuturesClearing implements Clearing {
  readonly #markets: ReadonlyMap<string, Market>
  readonly #asset: string

  constructor(markets: ReadonlyMap<string, Market>, asset = 'USDT') {
    this.#markets = markets
    this.#asset = asset
  }

  reserve(order: Order): string[] {
    const account = order.account
    if (account.house || order.reduceOnly || order.closePosition || order.extra.liquidation === true) return []
    if (order.trigger && !order.trigger.triggered) return []
    const price =
      order.kind === 'MARKET'
        ? max(order.market.mark, order.market.bestPrice(order.side === 'BUY' ? 'SELL' : 'BUY'))
        : order.price
    const before = this.openOrderMargin(account, order.market)
    const after = this.openOrderMargin(account, order.market, {
      side: order.side,
      positionSide: order.positionSide,
      notional: price.times(remaining(order)),
    })
    const fee = price.times(remaining(order)).times(order.market.instrument.takerRate)
    const cost = after.minus(before).plus(after.gt(before) ? fee : ZERO)
    if (cost.gt(ZERO) && this.available(account).lt(cost)) throw new Refusal('insufficient_funds')
    return []
  }

  release(): string[] {
    return []
  }

  settle(order: Order, price: Big, qty: Big, maker: boolean, time: number): Settlement {
    const { makerRate, takerRate } = order.market.instrument
    const fee = truncate(price.times(qty).times(maker ? makerRate : takerRate), 8)
    const settlement: Settlement = { fee, feeAsset: this.#asset, realized: ZERO, assets: [this.#asset] }
    if (order.account.house) return settlement
    const position = this.position(order.account, order.market.symbol, order.positionSide)
    const realized = applyTrade(position, order.side, price, qty, fee)
    position.updatedAt = time
    order.account.wallet.credit(this.#asset, realized.minus(fee))
    settlement.realized = realized
    settlement.position = positionKey(position.symbol, position.side)
    return settlement
  }

  reducible(order: Order): Big | null {
    if (order.account.house) return null
    const hedgeClose =
      (order.positionSide === 'LONG' && order.side === 'SELL') ||
      (order.positionSide === 'SHORT' && order.side === 'BUY')
    if (!order.reduceOnly && !order.closePosition && !hedgeClose) return null
    const amount = this.position(order.account, order.market.symbol, order.positionSide).amount
    if (order.side === 'SELL') return max(amount, ZERO)
    return max(ZERO.minus(amount), ZERO)
  }

  affordable(_account: Account, _order: Order, _price: Big, qty: Big): Big {
    return qty
  }

  position(account: Account, symbol: string, side: PositionSide): Position {
    const key = positionKey(symbol, side)
    let position = account.positions.get(key)
    if (!position) {
      position = {
        symbol,
        side,
        amount: ZERO,
        entry: ZERO,
        breakEven: ZERO,
        realized: ZERO,
        isolatedWallet: ZERO,
        updatedAt: 0,
      }
      account.positions.set(key, position)
    }
    return position
  }

  settings(account: Account, symbol: string): SymbolSettings {
    return account.settings.get(symbol) ?? { leverage: DEFAULT_LEVERAGE, isolated: false }
  }

  mark(symbol: string): Big {
    return this.#markets.get(symbol)?.mark ?? ZERO
  }

  qtyDecimals(symbol: string): number {
    return this.#markets.get(symbol)?.instrument.qtyDecimals ?? 8
  }

  unrealized(position: Position): Big {
    if (position.amount.eq(ZERO)) return ZERO
    return truncate(this.mark(position.symbol).minus(position.entry).times(position.amount), 8)
  }

  notional(position: Position): Big {
    return position.amount.times(this.mark(position.symbol))
  }

  positionMargin(account: Account, position: Position): Big {
    return truncate(this.notional(position).abs().div(this.settings(account, position.symbol).leverage), 8)
  }

  maintenance(position: Position): Big {
    return truncate(this.notional(position).abs().times(MAINTENANCE_RATE), 8)
  }

  /** Open bids and asks of a symbol, as money. */
  openNotional(account: Account, symbol: string, side: Side, positionSide?: PositionSide): Big {
    let sum = ZERO
    for (const order of account.open) {
      if (order.market.symbol !== symbol || order.side !== side || order.status === 'PENDING_NEW') continue
      if (positionSide && order.positionSide !== positionSide) continue
      if (order.kind === 'LIMIT' && !order.reduceOnly) sum = sum.plus(order.price.times(remaining(order)))
    }
    return sum
  }

  /** Margin that the open orders of a symbol would need beyond what the position already holds. */
  openOrderMargin(
    account: Account,
    market: Market,
    extra?: { side: Side; positionSide: PositionSide; notional: Big },
  ): Big {
    const symbol = market.symbol
    const leverage = this.settings(account, symbol).leverage
    const add = (side: Side, ps: PositionSide) =>
      extra && extra.side === side && extra.positionSide === ps ? extra.notional : ZERO
    const sides: PositionSide[] = account.hedge ? ['LONG', 'SHORT'] : ['BOTH']
    let need = ZERO
    for (const ps of sides) {
      const position = account.positions.get(positionKey(symbol, ps))
      const held = position ? this.notional(position) : ZERO
      const bids = this.openNotional(account, symbol, 'BUY', ps).plus(add('BUY', ps))
      const asks = this.openNotional(account, symbol, 'SELL', ps).plus(add('SELL', ps))
      const worst =
        ps === 'LONG'
          ? held.plus(bids)
          : ps === 'SHORT'
            ? held.abs().plus(asks)
            : max(held.plus(bids).abs(), held.minus(asks).abs())
      need = need.plus(max(worst.minus(held.abs()), ZERO))
    }
    return truncate(need.div(leverage), 8)
  }

  totals(account: Account): {
    wallet: Big
    unrealized: Big
    positionMargin: Big
    orderMargin: Big
    maintenance: Big
    available: Big
  } {
    const wallet = account.wallet.total(this.#asset)
    let unrealized = ZERO
    let positionMargin = ZERO
    let maintenance = ZERO
    for (const position of account.positions.values()) {
      if (position.amount.eq(ZERO)) continue
      unrealized = unrealized.plus(this.unrealized(position))
      positionMargin = positionMargin.plus(this.positionMargin(account, position))
      maintenance = maintenance.plus(this.maintenance(position))
    }
    let orderMargin = ZERO
    for (const symbol of new Set([...account.open].map((order) => order.market.symbol))) {
      const market = this.#markets.get(symbol)
      if (market) orderMargin = orderMargin.plus(this.openOrderMargin(account, market))
    }
    // Profit that is not realized cannot be spent in full on Binance either, losses count at once.
    const available = max(wallet.plus(unrealized).minus(positionMargin).minus(orderMargin), ZERO)
    return { wallet, unrealized, positionMargin, orderMargin, maintenance, available }
  }

  available(account: Account): Big {
    return this.totals(account).available
  }

  /** The mark price at which this position alone would use up the wallet; zero when there is none. */
  liquidationPrice(account: Account, position: Position): Big {
    if (position.amount.eq(ZERO)) return ZERO
    const wallet = account.wallet.total(this.#asset)
    const size = position.amount.abs()
    const rate = position.amount.gt(ZERO) ? dec(1).minus(MAINTENANCE_RATE) : dec(1).plus(MAINTENANCE_RATE)
    const cost = position.entry.times(position.amount)
    const price = position.amount.gt(ZERO)
      ? cost.minus(wallet).div(size.times(rate))
      : wallet.minus(cost).div(size.times(rate))
    return price.gt(ZERO) ? truncate(price, 8) : ZERO
  }
}

export function positionKey(symbol: string, side: PositionSide): string {
  return `${symbol}:${side}`
}

/** Books a trade into a position and returns the realized profit before fees. */
export function applyTrade(position: Position, side: Side, price: Big, qty: Big, fee: Big): Big {
  const signed = side === 'BUY' ? qty : ZERO.minus(qty)
  const before = position.amount
  const after = before.plus(signed)
  const sameDirection = before.eq(ZERO) || before.gt(ZERO) === signed.gt(ZERO)
  let realized = ZERO
  if (sameDirection) {
    const cost = position.entry.times(before.abs()).plus(price.times(qty))
    position.entry = cost.div(after.abs()).round(12, 1)
  } else {
    const closed = min(before.abs(), qty)
    const gain = price.minus(position.entry).times(closed)
    realized = truncate(before.gt(ZERO) ? gain : ZERO.minus(gain), 8)
    if (after.eq(ZERO)) position.entry = ZERO
    else if (after.gt(ZERO) !== before.gt(ZERO)) position.entry = price
  }
  position.amount = after
  position.realized = position.realized.plus(realized)
  const perUnit = qty.eq(ZERO) ? ZERO : fee.div(qty)
  position.breakEven = after.eq(ZERO)
    ? ZERO
    : (after.gt(ZERO) ? position.entry.plus(perUnit) : position.entry.minus(perUnit)).round(8, 1)
  return realized
}
