import type { Level } from '../engine/book.ts'
import { type Big, ZERO } from '../engine/decimal.ts'
import { money } from '../engine/instrument.ts'
import type { Market, PublicTrade } from '../engine/market.ts'
import { remaining, type Side } from '../engine/order.ts'
import { instTypeOf } from './instruments.ts'

/** How OKX writes public market data (fact sheet: okx.md section 5). */

const DAY = 86_400_000

/** [price, size, "0", number of orders] */
export function levelRow(market: Market, level: Level): string[] {
  let size: Big = ZERO
  for (const order of level.orders) size = size.plus(remaining(order))
  return [level.price.toFixed(market.instrument.priceDecimals), size.toFixed(), '0', String(level.orders.length)]
}

export function depth(market: Market, limit: number): { asks: string[][]; bids: string[][] } {
  const rows = (side: Side) =>
    market.book
      .side(side)
      .slice(0, limit)
      .map((level) => levelRow(market, level))
  return { asks: rows('SELL'), bids: rows('BUY') }
}

/** The level at a price as it is now; size and orders are "0" when it is gone. */
export function levelAt(market: Market, side: Side, price: Big): string[] {
  const level = market.book.side(side).find((each) => each.price.eq(price))
  return level ? levelRow(market, level) : [price.toFixed(market.instrument.priceDecimals), '0', '0', '0']
}

export function tickerRow(market: Market, now: number): Record<string, unknown> {
  const { instrument, book, last, trades } = market
  const { priceDecimals } = instrument
  const day = market.candles.since(now - DAY)
  const price = (value: Big | undefined) => (value ?? last).toFixed(priceDecimals)
  const best = (side: Side) => book.side(side)[0]
  const size = (level: Level | undefined) => (level ? (levelRow(market, level)[1] as string) : '')
  const [ask, bid] = [best('SELL'), best('BUY')]
  const volume = day?.volume ?? ZERO
  const isSpot = instrument.kind === 'spot'
  const quoteVolume = instrument.kind === 'inverse' ? money(instrument, last, volume) : (day?.quote ?? ZERO)
  const coins = instrument.kind === 'inverse' ? (day?.quote ?? ZERO) : volume.times(instrument.contractSize)
  return {
    instType: instTypeOf(instrument),
    instId: instrument.name,
    last: price(last),
    lastSz: trades[trades.length - 1]?.qty.toFixed() ?? '0',
    askPx: ask ? price(ask.price) : '',
    askSz: size(ask),
    bidPx: bid ? price(bid.price) : '',
    bidSz: size(bid),
    open24h: price(day?.open),
    high24h: price(day?.high),
    low24h: price(day?.low),
    volCcy24h: (isSpot ? quoteVolume : coins).round(8, 0).toFixed(),
    vol24h: volume.round(8, 0).toFixed(),
    sodUtc0: price(day?.open),
    sodUtc8: price(day?.open),
    ts: String(now),
  }
}

export function tradeRow(market: Market, trade: PublicTrade): Record<string, unknown> {
  return {
    instId: market.instrument.name,
    tradeId: trade.id.toString(),
    px: trade.price.toFixed(market.instrument.priceDecimals),
    sz: trade.qty.toFixed(),
    side: trade.buyerIsMaker ? 'sell' : 'buy',
    source: '0',
    ts: String(trade.time),
  }
}

export function markPriceRow(market: Market, now: number): Record<string, unknown> {
  const { instrument, mark } = market
  return { instType: instTypeOf(instrument), instId: instrument.name, markPx: mark.toFixed(), ts: String(now) }
}

export function fundingRow(market: Market, now: number): Record<string, unknown> {
  const every = 8 * 3_600_000
  const next = (Math.floor(now / every) + 1) * every
  return {
    formulaType: 'withRate',
    fundingRate: '0.0001',
    fundingTime: String(next),
    impactValue: '',
    instId: market.instrument.name,
    instType: 'SWAP',
    interestRate: '0.0001',
    maxFundingRate: '0.00375',
    method: 'current_period',
    minFundingRate: '-0.00375',
    nextFundingRate: '',
    nextFundingTime: String(next + every),
    premium: '0',
    prevFundingTime: String(next - every),
    settFundingRate: '0.0001',
    settState: 'settled',
    ts: String(now),
  }
}
