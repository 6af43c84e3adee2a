import type { Account, Position } from '../engine/account.ts'
import { type Big, ZERO } from '../engine/decimal.ts'
import type { Market } from '../engine/market.ts'
import { isOpen, type Order, type Side } from '../engine/order.ts'
import { positionKey } from '../engine/positions.ts'
import { checkPrice } from './checks.ts'
import { ApiError, badParameter } from './errors.ts'
import type { Params } from './params.ts'
import type { BybitVenue } from './venue.ts'

type Words = Record<string, string>

interface Kind {
  field: 'takeProfit' | 'stopLoss'
  by: 'tpTriggerBy' | 'slTriggerBy'
  stopOrderType: string
  createType: string
}

const KINDS: Kind[] = [
  { field: 'takeProfit', by: 'tpTriggerBy', stopOrderType: 'TakeProfit', createType: 'CreateByTakeProfit' },
  { field: 'stopLoss', by: 'slTriggerBy', stopOrderType: 'StopLoss', createType: 'CreateByStopLoss' },
]

/** Take profit and stop loss sent with a new order: they begin to work with its first fill. Contracts only. */
export function readProtection(
  market: Market,
  side: Side,
  params: Params,
  order: { kind: 'LIMIT' | 'MARKET'; price: Big; spot: boolean },
): Words {
  const words: Words = {}
  for (const { field, by } of KINDS) {
    const price = params.decimal(field)
    if (price === undefined || price.eq(ZERO)) continue
    if (order.spot) throw badParameter(`${field} is not supported for spot orders here`)
    if (params.oneOf('tpslMode', ['Full', 'Partial'] as const) === 'Partial') {
      throw badParameter('tpslMode Partial is not supported here')
    }
    checkPrice(market, price)
    checkProtection(field, side === 'BUY', price, order.kind === 'LIMIT' ? order.price : market.last)
    words[field] = price.toFixed()
    words[by] = params.text(by) ?? 'LastPrice'
    words.tpslMode = 'Full'
  }
  return words
}

/** Changes (or with 0 removes) what was sent with an order that has not filled yet. Returns whether anything changed. */
export function amendProtection(order: Order, params: Params): boolean {
  let changed = false
  for (const { field, by } of KINDS) {
    const price = params.decimal(field)
    if (price === undefined || price.toFixed() === String(order.extra[field] ?? '0')) continue
    changed = true
    if (price.eq(ZERO)) {
      delete order.extra[field]
      delete order.extra[by]
      continue
    }
    checkPrice(order.market, price)
    checkProtection(field, order.side === 'BUY', price, order.kind === 'LIMIT' ? order.price : order.market.last)
    order.extra[field] = price.toFixed()
    order.extra[by] = params.text(by) ?? 'LastPrice'
    order.extra.tpslMode = 'Full'
  }
  return changed
}

function checkProtection(field: 'takeProfit' | 'stopLoss', long: boolean, price: Big, base: Big): void {
  const above = (field === 'takeProfit') === long
  if (above ? price.gt(base) : price.lt(base)) return
  const text = `${field === 'takeProfit' ? 'TakeProfit' : 'StopLoss'}:${price.toFixed()} set for ${long ? 'Buy' : 'Sell'} position should be ${above ? 'higher' : 'lower'} than base_price:${base.toFixed()}`
  throw badParameter(text)
}

/** The orders that close a position when it has gained or lost enough: conditional, reduce-only, for all of it. */
export class Protection {
  readonly #venue: BybitVenue

  constructor(venue: BybitVenue) {
    this.#venue = venue
    venue.engine.onFill.push((order) => this.#filled(order))
  }

  /** Sets, moves or (with zero) removes the take profit and stop loss of a position: position/trading-stop. */
  set(
    account: Account,
    market: Market,
    position: Position,
    wanted: { takeProfit?: Big; stopLoss?: Big },
    by: Words,
  ): void {
    if (position.amount.eq(ZERO)) throw new ApiError(10001, 'can not set tp/sl/ts for zero position')
    const long = position.amount.gt(ZERO)
    for (const { field } of KINDS) {
      const price = wanted[field]
      if (price === undefined || price.eq(ZERO)) continue
      checkPrice(market, price)
      checkProtection(field, long, price, market.last)
    }
    const open = this.of(account, position)
    const same = KINDS.every(({ field }) => {
      const price = wanted[field]
      return price === undefined || price.toFixed() === (open[field]?.trigger?.price.toFixed() ?? '0')
    })
    if (same) throw new ApiError(34040, 'not modified')
    this.#venue.engine.act(() => {
      for (const kind of KINDS) {
        const price = wanted[kind.field]
        if (price === undefined) continue
        const old = open[kind.field]
        if (old) this.#drop(old)
        if (price.gt(ZERO)) this.#place(account, market, position, kind, price, by[kind.by] ?? 'LastPrice', '')
      }
    })
  }

  /** The open take profit and stop loss of a position. */
  of(account: Account, position: Position): { takeProfit?: Order; stopLoss?: Order } {
    const found: { takeProfit?: Order; stopLoss?: Order } = {}
    for (const order of account.open) {
      const kind = KINDS.find(({ stopOrderType }) => stopOrderType === order.extra.stopOrderType)
      if (!kind || positionKey(order.market.symbol, order.positionSide, order.isolated) !== keyOf(position)) continue
      if (order.trigger && !order.trigger.triggered) found[kind.field] = order
    }
    return found
  }

  /** An order with prices attached opened a position; or the position is gone and nothing is left to protect. */
  #filled(order: Order): void {
    const { account, market } = order
    if (market.instrument.kind === 'spot') return
    const { futures } = this.#venue.clearing
    const position = futures.position(account, market.symbol, order.positionSide, order.isolated)
    if (position.amount.eq(ZERO)) {
      for (const each of Object.values(this.of(account, position))) this.#drop(each)
      return
    }
    for (const kind of KINDS) {
      const price = order.extra[kind.field]
      if (price === undefined || order.extra[`${kind.field}Placed`] === true) continue
      order.extra[`${kind.field}Placed`] = true
      const old = this.of(account, position)[kind.field]
      if (old) this.#drop(old)
      const by = String(order.extra[kind.by] ?? 'LastPrice')
      this.#place(account, market, position, kind, this.#venue.decimal(String(price)), by, order.clientId)
    }
  }

  #drop(order: Order): void {
    if (!isOpen(order)) return
    order.extra.cancelType = 'CancelByTpSlTsClear'
    this.#venue.engine.cancel(order)
  }

  #place(
    account: Account,
    market: Market,
    position: Position,
    kind: Kind,
    price: Big,
    triggerBy: string,
    parentOrderLinkId: string,
  ): void {
    const long = position.amount.gt(ZERO)
    const up = (kind.field === 'takeProfit') === long
    try {
      this.#venue.engine.place(account, market, {
        clientId: '',
        side: long ? 'SELL' : 'BUY',
        type: 'Market',
        kind: 'MARKET',
        tif: 'IOC',
        price: ZERO,
        qty: position.amount.abs(),
        trigger: { price, direction: up ? 'UP' : 'DOWN', triggered: false },
        stp: 'NONE',
        reduceOnly: true,
        closePosition: true,
        positionSide: position.side,
        isolated: position.isolated,
        extra: {
          wholePosition: true,
          stopOrderType: kind.stopOrderType,
          createType: kind.createType,
          orderFilter: 'tpslOrder',
          triggerBy,
          tpslMode: 'Full',
          parentOrderLinkId,
          lastPriceOnCreated: market.last.toFixed(),
        },
      })
    } catch (error) {
      // The market is past that price already: the position stays without it, as on the venue.
      this.#venue.world.log(`protection not placed: ${error instanceof Error ? error.message : String(error)}`)
    }
  }
}

function keyOf(position: Position): string {
  return positionKey(position.symbol, position.side, position.isolated)
}
