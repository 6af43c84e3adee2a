import type { Engine } from './engine.ts'
import type { House } from './house.ts'
import type { Market } from './market.ts'

const BEAT_MS = 500

/**
 * Opens the markets of an engine. A lively market takes a step about twice a second; a still one keeps the same
 * quotes and puts back what was taken. Returns what stops it.
 */
export function startBot(engine: Engine, house: House, lively: boolean): () => void {
  const markets = [...engine.markets.values()]
  for (const market of markets) house.quote(market, market.last)
  if (!lively) {
    const quoting = new Set<Market>()
    engine.onPrice.push((market) => {
      if (quoting.has(market) || !house.depleted(market)) return
      quoting.add(market)
      house.refill(market)
      quoting.delete(market)
    })
    return () => {}
  }
  // Markets take turns, so that the work is spread evenly.
  let turn = 0
  const timer = setInterval(
    () => {
      const market = markets[turn++ % markets.length]
      if (market) house.beat(market)
    },
    Math.max(10, Math.floor(BEAT_MS / Math.max(1, markets.length))),
  )
  timer.unref()
  return () => clearInterval(timer)
}
