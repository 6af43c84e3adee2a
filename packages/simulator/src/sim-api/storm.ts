import { performance } from 'node:perf_hooks'
import type { Account } from '../engine/account.ts'
import { type Big, floorToStep, max } from '../engine/decimal.ts'
import { modeOf, quantityFor } from '../engine/instrument.ts'
import type { Market } from '../engine/market.ts'
import { remaining } from '../engine/order.ts'
import { Random } from '../engine/random.ts'
import type { Venue } from '../venue.ts'
import type { World } from '../world.ts'
import type { Fields } from './fields.ts'
import { accountOf, marketOf } from './routes.ts'
import { SimError } from './sim-error.ts'

const TICK_MS = 10
const MAX_FILLS = 5_000_000

interface Summary {
  fills: number
  orders: number
  refused: number
  perAccount: Map<string, number>
}

/**
 * POST /sim/storm: orders and fills at a steady rate across accounts, chosen by the seed. Each round one account
 * places an order and a stranger fills it (or it takes a stranger's), so that every fill brings two order events.
 */
export async function runStorm(world: World, fields: Fields): Promise<unknown> {
  fields.only('account_ids', 'fills', 'rate_per_s', 'seed', 'symbol', 'summary')
  const ids = fields.raw().account_ids
  if (!Array.isArray(ids) || ids.length === 0)
    throw new SimError('account_ids must be a list with at least one account')
  const accounts = ids.map((id) => accountOf(world, String(id)))
  const fills = fields.needInteger('fills', 1, MAX_FILLS)
  const rate = fields.needInteger('rate_per_s', 1, 100_000)
  const seed = fields.integer('seed', 0, 0xffff_ffff) ?? world.seed
  const brief = fields.oneOf('summary', ['brief', 'full'] as const) === 'brief'
  const symbol = fields.text('symbol')
  for (const account of accounts) {
    const venue = world.venueOf(account)
    if (symbol !== undefined) marketOf(venue, symbol, account.mode)
  }
  const random = new Random(seed)
  const summary: Summary = { fills: 0, orders: 0, refused: 0, perAccount: new Map() }
  const started = performance.now()
  const startedAt = world.clock.now()
  let failures = 0
  while (summary.fills < fills && failures < accounts.length * 20 + 1000) {
    const due = Math.min(fills, Math.floor(((performance.now() - started) / 1000) * rate) + 1)
    while (summary.fills < due && failures < accounts.length * 20 + 1000) {
      if (!round(world, random, random.pick(accounts), symbol, summary, fills - summary.fills)) failures += 1
    }
    await new Promise((resolve) => setTimeout(resolve, TICK_MS))
  }
  const durationMs = Math.round(performance.now() - started)
  return {
    seed,
    accounts: accounts.length,
    requested: fills,
    fills: summary.fills,
    orders: summary.orders,
    order_events: summary.orders + summary.fills,
    refused: summary.refused,
    started_at: startedAt,
    duration_ms: durationMs,
    rate_per_s: Math.round((summary.fills * 1000) / Math.max(1, durationMs)),
    ...(brief ? {} : { fills_by_account: Object.fromEntries(summary.perAccount) }),
  }
}

/** One order and its fills, `left` at most. Returns false when the account could not trade (no money left). */
function round(
  world: World,
  random: Random,
  account: Account,
  symbol: string | undefined,
  summary: Summary,
  left: number,
): boolean {
  const venue = world.venueOf(account)
  const market =
    symbol === undefined ? random.pick([...venue.engine.markets.values()]) : marketOf(venue, symbol, account.mode)
  const before = account.fills.get(market.symbol)?.length ?? 0
  // Sell what was bought before buying more, so that a long storm does not run out of money.
  const preferSell = canSell(account, market) && random.next() < 0.6
  const sides = preferSell ? (['SELL', 'BUY'] as const) : (['BUY', 'SELL'] as const)
  for (const side of sides) {
    try {
      if (!venue.engine.act(() => trade(venue, random, account, market, side, left))) continue
    } catch {
      summary.refused += 1
      continue
    }
    const made = (account.fills.get(market.symbol)?.length ?? 0) - before
    summary.orders += 1
    summary.fills += made
    summary.perAccount.set(account.id, (summary.perAccount.get(account.id) ?? 0) + made)
    return made > 0
  }
  return false
}

/** Places an order that is filled at once, in `most` parts at most. Returns false and places none when that cannot be. */
function trade(
  venue: Venue,
  random: Random,
  account: Account,
  market: Market,
  side: 'BUY' | 'SELL',
  most: number,
): boolean {
  const { tick, step } = market.instrument
  const qty = stormQty(market, random)
  const other = side === 'BUY' ? 'SELL' : 'BUY'
  const bid = market.book.bids[0]?.price ?? market.last.minus(tick)
  const ask = market.book.asks[0]?.price ?? market.last.plus(tick)
  const between = bid.plus(ask).div(2).div(tick).round(0, 0).times(tick)
  const inside = between.gt(bid) && between.lt(ask)
  const order = { side, type: 'LIMIT', quantity: qty.toFixed() } as const
  if (inside && random.next() < 0.7) {
    // Alone at the best price, so the stranger's order meets this one and no other.
    const placed = venue.placeFromApp(account, market, { ...order, price: between.toFixed() })
    const parts = random.next() < 0.2 && qty.gte(step.times(2)) && most > 1 ? 2 : 1
    if (parts === 2) venue.house.take(market, other, between, floorToStep(qty.div(2), step))
    venue.house.take(market, other, between, placed.qty.minus(placed.filled))
    return true
  }
  if (!inside) {
    const parts = partsAtBest(market, side, qty)
    if (parts === 0 || parts > most) return false
    venue.placeFromApp(account, market, { ...order, price: (side === 'BUY' ? ask : bid).toFixed() })
    return true
  }
  const offer = venue.house.offer(market, other, between, qty)
  try {
    venue.placeFromApp(account, market, { ...order, price: between.toFixed() })
  } finally {
    if (offer.status === 'NEW') venue.engine.cancel(offer)
  }
  return true
}

/** With how many orders at the best price one of this size would trade; 0 when they are not enough for it. */
function partsAtBest(market: Market, side: 'BUY' | 'SELL', qty: Big): number {
  let left = qty
  let parts = 0
  for (const maker of market.book.opposite(side)[0]?.orders ?? []) {
    left = left.minus(remaining(maker))
    parts += 1
    if (left.lte(0)) return parts
  }
  return 0
}

/** A small quantity, just over the smallest order the venue takes. */
function stormQty(market: Market, random: Random): Big {
  const { step, minQty, minNotional } = market.instrument
  const amount = minNotional.times(random.int(22, 60)).div(20)
  const least = max(quantityFor(market.instrument, market.last, amount), minQty)
  return floorToStep(least, step).plus(step)
}

function canSell(account: Account, market: Market): boolean {
  if (modeOf(market.instrument) === 'futures') return true
  const { base, minNotional } = market.instrument
  return account.wallet.of(base).free.times(market.last).gt(minNotional.times(4))
}
