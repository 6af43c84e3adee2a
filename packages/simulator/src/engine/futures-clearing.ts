import type { Account, Position, SymbolSettings } from './account.ts'
import type { Clearing, Settlement } from './clearing.ts'
import { type Big, dec, max, min, truncate, ZERO } from './decimal.ts'
import { type Instrument, settleAsset, worth } from './instrument.ts'
import type { Market } from './market.ts'
import { type Order, type PositionSide, remaining, type Side } from './order.ts'
import { applyTrade, newPosition, positionKey, profit } from './positions.ts'
import { Refusal } from './refusal.ts'

const DEFAULT_LEVERAGE = 20
/** Maintenance margin of the first bracket, used for every size here. */
export const MAINTENANCE_RATE: Big = dec('0.004')

export interface FuturesRules {
  /** The asset that totals are told in when none is named. */
  asset?: string
  defaultLeverage?: number
}

/** What an account has of one settling asset, and what its positions and orders take of it. */
export interface MarginTotals {
  wallet: Big
  /** Of positions that share the account's money. */
  unrealized: Big
  /** Margin of shared positions at the mark price, and what isolated ones were given. */
  positionMargin: Big
  isolatedMargin: Big
  orderMargin: Big
  /** Maintenance margin of shared positions. */
  maintenance: Big
  available: Big
}

/** Contracts margined and settled in one asset each: linear in the quote, inverse in the base asset. */
export class FuturesClearing implements Clearing {
  readonly #markets: ReadonlyMap<string, Market>
  readonly #asset: string
  readonly #defaultLeverage: number

  constructor(markets: ReadonlyMap<string, Market>, rules: FuturesRules = {}) {
    this.#markets = markets
    this.#asset = rules.asset ?? 'USDT'
    this.#defaultLeverage = rules.defaultLeverage ?? DEFAULT_LEVERAGE
  }

  reserve(order: Order): string[] {
    const { account, market } = order
    if (account.house || order.reduceOnly || order.closePosition || order.extra.liquidation === true) return []
    if (order.trigger && !order.trigger.triggered) return []
    const price =
      order.kind === 'MARKET' ? max(market.mark, market.bestPrice(order.side === 'BUY' ? 'SELL' : 'BUY')) : order.price
    const value = worth(market.instrument, price, remaining(order))
    const { side, positionSide, isolated } = order
    const before = this.openOrderMargin(account, market, undefined, isolated)
    const after = this.openOrderMargin(account, market, { side, positionSide, notional: value }, isolated)
    const fee = value.times(market.instrument.takerRate)
    const cost = after.minus(before).plus(after.gt(before) ? fee : ZERO)
    if (cost.gt(ZERO) && this.available(account, settleAsset(market.instrument)).lt(cost)) {
      throw new Refusal('insufficient_funds')
    }
    return []
  }

  release(): string[] {
    return []
  }

  settle(order: Order, price: Big, qty: Big, maker: boolean, time: number, tradeId: bigint): Settlement {
    const { instrument, symbol } = order.market
    const asset = settleAsset(instrument)
    const fee = truncate(worth(instrument, price, qty).times(maker ? instrument.makerRate : instrument.takerRate), 8)
    const settlement: Settlement = { fee, feeAsset: asset, realized: ZERO, assets: [asset] }
    if (order.account.house) return settlement
    const position = this.position(order.account, symbol, order.positionSide, order.isolated)
    const before = position.amount
    const realized = applyTrade(position, instrument, order.side, price, qty, fee, time)
    const reduces = before.gt(ZERO) ? order.side === 'SELL' : order.side === 'BUY'
    settlement.closed = reduces ? min(before.abs(), qty) : ZERO
    position.lastTradeId = tradeId.toString()
    order.account.wallet.credit(asset, realized.minus(fee))
    settlement.realized = realized
    settlement.position = positionKey(symbol, position.side, position.isolated)
    return settlement
  }

  reducible(order: Order): Big | null {
    if (order.account.house) return null
    const hedgeClose =
      (order.positionSide === 'LONG' && order.side === 'SELL') ||
      (order.positionSide === 'SHORT' && order.side === 'BUY')
    if (!order.reduceOnly && !order.closePosition && !hedgeClose) return null
    const { amount } = this.position(order.account, order.market.symbol, order.positionSide, order.isolated)
    if (order.side === 'SELL') return max(amount, ZERO)
    return max(ZERO.minus(amount), ZERO)
  }

  affordable(_account: Account, _order: Order, _price: Big, qty: Big): Big {
    return qty
  }

  position(account: Account, symbol: string, side: PositionSide, isolated = false): Position {
    const key = positionKey(symbol, side, isolated)
    let position = account.positions.get(key)
    if (!position) {
      position = newPosition(symbol, side, isolated)
      account.positions.set(key, position)
    }
    return position
  }

  settings(account: Account, symbol: string): SymbolSettings {
    return account.settings.get(symbol) ?? { leverage: this.#defaultLeverage, isolated: false }
  }

  /** Where a venue keeps one leverage for cross and one for isolated, the second is under the symbol's isolated key. */
  leverage(account: Account, symbol: string, isolated: boolean): number {
    const own = isolated ? account.settings.get(`${symbol}:ISOLATED`) : undefined
    return (own ?? this.settings(account, symbol)).leverage
  }

  mark(symbol: string): Big {
    return this.#markets.get(symbol)?.mark ?? ZERO
  }

  qtyDecimals(symbol: string): number {
    return this.#markets.get(symbol)?.instrument.qtyDecimals ?? 8
  }

  unrealized(position: Position): Big {
    const instrument = this.#instrument(position)
    if (position.amount.eq(ZERO) || !instrument) return ZERO
    return profit(instrument, position.entry, this.mark(position.symbol), position.amount)
  }

  /** Signed, in the settling asset, at the mark price. */
  notional(position: Position): Big {
    const instrument = this.#instrument(position)
    return instrument ? worth(instrument, this.mark(position.symbol), position.amount) : ZERO
  }

  /** At the mark price; what an isolated position was given does not move with the price. */
  positionMargin(account: Account, position: Position): Big {
    const instrument = this.#instrument(position)
    if (position.amount.eq(ZERO) || !instrument) return ZERO
    const price = position.isolated ? position.entry : this.mark(position.symbol)
    const leverage = this.leverage(account, position.symbol, position.isolated)
    return truncate(worth(instrument, price, position.amount).abs().div(leverage), 8)
  }

  maintenance(position: Position): Big {
    return truncate(this.notional(position).abs().times(MAINTENANCE_RATE), 8)
  }

  /** Open bids and asks of a symbol, as money. */
  openNotional(account: Account, symbol: string, side: Side, positionSide?: PositionSide, isolated = false): Big {
    let sum = ZERO
    for (const order of account.open) {
      if (order.market.symbol !== symbol || order.side !== side || order.status === 'PENDING_NEW') continue
      if ((positionSide && order.positionSide !== positionSide) || order.isolated !== isolated) continue
      if (order.kind === 'LIMIT' && !order.reduceOnly) {
        sum = sum.plus(worth(order.market.instrument, order.price, remaining(order)))
      }
    }
    return sum
  }

  /** Margin that the open orders of a symbol would need beyond what the position already holds. */
  openOrderMargin(
    account: Account,
    market: Market,
    extra?: { side: Side; positionSide: PositionSide; notional: Big },
    isolated = false,
  ): Big {
    const symbol = market.symbol
    const leverage = this.leverage(account, symbol, isolated)
    const add = (side: Side, ps: PositionSide) =>
      extra && extra.side === side && extra.positionSide === ps ? extra.notional : ZERO
    const sides: PositionSide[] = account.hedge ? ['LONG', 'SHORT'] : ['BOTH']
    let need = ZERO
    for (const ps of sides) {
      const position = account.positions.get(positionKey(symbol, ps, isolated))
      const held = position ? this.notional(position) : ZERO
      const bids = this.openNotional(account, symbol, 'BUY', ps, isolated).plus(add('BUY', ps))
      const asks = this.openNotional(account, symbol, 'SELL', ps, isolated).plus(add('SELL', ps))
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

  /** Margin of all open orders that are settled in an asset. */
  ordersMargin(account: Account, asset: string): Big {
    const seen = new Set<string>()
    let sum = ZERO
    for (const { market, isolated } of account.open) {
      const key = positionKey(market.symbol, 'BOTH', isolated)
      if (market.instrument.kind === 'spot' || settleAsset(market.instrument) !== asset || seen.has(key)) continue
      seen.add(key)
      sum = sum.plus(this.openOrderMargin(account, market, undefined, isolated))
    }
    return sum
  }

  totals(account: Account, asset = this.#asset): MarginTotals {
    const wallet = account.wallet.total(asset)
    let unrealized = ZERO
    let positionMargin = ZERO
    let isolatedMargin = ZERO
    let maintenance = ZERO
    for (const position of account.positions.values()) {
      const instrument = this.#instrument(position)
      if (position.amount.eq(ZERO) || !instrument || settleAsset(instrument) !== asset) continue
      if (position.isolated) isolatedMargin = isolatedMargin.plus(this.positionMargin(account, position))
      else {
        unrealized = unrealized.plus(this.unrealized(position))
        positionMargin = positionMargin.plus(this.positionMargin(account, position))
        maintenance = maintenance.plus(this.maintenance(position))
      }
    }
    const orderMargin = this.ordersMargin(account, asset)
    const taken = positionMargin.plus(isolatedMargin).plus(orderMargin)
    // What spot orders have locked is spoken for too.
    const available = max(account.wallet.of(asset).free.plus(unrealized).minus(taken), ZERO)
    return { wallet, unrealized, positionMargin, isolatedMargin, orderMargin, maintenance, available }
  }

  available(account: Account, asset = this.#asset): Big {
    return this.totals(account, asset).available
  }

  /** Positions whose margin no longer covers the maintenance margin: isolated ones alone, shared ones all together. */
  doomed(account: Account): Position[] {
    const open = [...account.positions.values()].filter((position) => !position.amount.eq(ZERO))
    const ruined = new Map<string, boolean>()
    return open.filter((position) => {
      if (position.isolated) {
        const margin = this.positionMargin(account, position).plus(this.unrealized(position))
        return margin.lt(this.maintenance(position))
      }
      const instrument = this.#instrument(position)
      if (!instrument) return false
      const asset = settleAsset(instrument)
      let bad = ruined.get(asset)
      if (bad === undefined) {
        const { wallet, unrealized, isolatedMargin, maintenance } = this.totals(account, asset)
        bad = wallet.minus(isolatedMargin).plus(unrealized).lt(maintenance)
        ruined.set(asset, bad)
      }
      return bad
    })
  }

  /** The mark price at which this position alone would use up its money; zero when there is none. */
  liquidationPrice(account: Account, position: Position): Big {
    const instrument = this.#instrument(position)
    if (position.amount.eq(ZERO) || !instrument) return ZERO
    const backing = position.isolated
      ? this.positionMargin(account, position)
      : account.wallet.total(settleAsset(instrument))
    const long = position.amount.gt(ZERO)
    const size = position.amount.abs().times(instrument.contractSize)
    const rate = long ? dec(1).minus(MAINTENANCE_RATE) : dec(1).plus(MAINTENANCE_RATE)
    let price: Big
    if (instrument.kind === 'inverse') {
      const cost = size.div(position.entry)
      const other = dec(2).minus(rate)
      const left = long ? backing.plus(cost) : cost.minus(backing)
      price = left.gt(ZERO) ? size.times(other).div(left) : ZERO
    } else {
      const cost = position.entry.times(size)
      price = long ? cost.minus(backing).div(size.times(rate)) : backing.plus(cost).div(size.times(rate))
    }
    return price.gt(ZERO) ? truncate(price, 8) : ZERO
  }

  #instrument(position: Position): Instrument | undefined {
    return this.#markets.get(position.symbol)?.instrument
  }
}
