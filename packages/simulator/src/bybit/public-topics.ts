import type { Market } from '../engine/market.ts'
import { isInterval } from './market-shapes.ts'

export const DEPTHS = [1, 50, 200, 1000] as const
export type Depth = (typeof DEPTHS)[number]

/** How often a book of a depth is sent when it changed. */
export const BOOK_EVERY_MS: Record<Depth, number> = { 1: 20, 50: 20, 200: 100, 1000: 200 }

export type PublicTopic =
  | { kind: 'orderbook'; market: Market; depth: Depth }
  | { kind: 'tickers'; market: Market }
  | { kind: 'kline'; market: Market; interval: string }
  | { kind: 'publicTrade'; market: Market }

/** Understands a topic, or returns undefined: no such kind, depth, interval or symbol. */
export function parseTopic(text: string, market: (name: string) => Market | undefined): PublicTopic | undefined {
  const parts = text.split('.')
  const found = market(parts.at(-1) as string)
  if (!found) return undefined
  if (parts.length === 2) {
    if (parts[0] === 'tickers') return { kind: 'tickers', market: found }
    return parts[0] === 'publicTrade' ? { kind: 'publicTrade', market: found } : undefined
  }
  const [kind, word = ''] = parts
  if (parts.length !== 3) return undefined
  if (kind === 'kline') return isInterval(word) ? { kind: 'kline', market: found, interval: word } : undefined
  const depth = DEPTHS.find((each) => String(each) === word)
  return kind === 'orderbook' && depth !== undefined ? { kind: 'orderbook', market: found, depth } : undefined
}

/**
 * What changed between two looks at one side of a book: new sizes, and "0" for what is gone. A level that was
 * `touched` and has its old size again is told too.
 */
export function sideChanges(
  before: ReadonlyMap<string, string>,
  now: readonly [string, string][],
  touched: (price: string) => boolean,
): [string, string][] {
  const changes: [string, string][] = []
  const prices = new Set<string>()
  for (const [price, size] of now) {
    prices.add(price)
    if (before.get(price) !== size || touched(price)) changes.push([price, size])
  }
  for (const price of before.keys()) if (!prices.has(price)) changes.push([price, '0'])
  return changes
}
