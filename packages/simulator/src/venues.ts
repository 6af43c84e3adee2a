import { FuturesVenue } from './binance-futures/venue.ts'
import { SpotVenue } from './binance-spot/venue.ts'
import { BybitVenue } from './bybit/venue.ts'
import { DemoTraders } from './demo-trader.ts'
import { startBot } from './engine/bot.ts'
import { OkxVenue } from './okx/venue.ts'
import type { World } from './world.ts'

/** Builds every venue; nothing is traded yet. */
export function addVenues(world: World): void {
  world.venues.push(new SpotVenue(world), new FuturesVenue(world), new BybitVenue(world), new OkxVenue(world))
}

/** Reads the store back and opens the markets. Returns what stops the market maker. */
export function openMarkets(world: World, bot: boolean): () => void {
  world.load()
  const stops = world.venues.map((venue) => startBot(venue.engine, venue.house, bot))
  if (bot) new DemoTraders(world).startAll()
  return () => {
    for (const stop of stops) stop()
  }
}
