import { randomInt } from 'node:crypto'
import { startServer } from './server.ts'
import type { Venue } from './venue.ts'
import { addVenues, openMarkets } from './venues.ts'
import { World } from './world.ts'

export interface SimulatorOptions {
  /** 0 picks a free one. */
  port?: number
  host?: string
  /** The same seed gives the same prices, ids and faults. */
  seed?: number
  /** Where state is kept; in memory when absent. */
  dataDir?: string
  /** 'off' lifts request weights and order counts; the headers still tell them. */
  limits?: 'real' | 'off'
  /** A market that moves by itself; without it prices move by POST /sim/price and by users only. */
  bot?: boolean
  log?: (message: string) => void
  /** Venues beside the built-in ones, for tests of a new one. */
  more?: readonly ((world: World) => Venue)[]
}

export interface Simulator {
  readonly url: string
  readonly port: number
  close(): Promise<void>
  [Symbol.asyncDispose](): Promise<void>
}

/** Starts the paper exchange. Throws when the port is taken or the data directory cannot be written. */
export async function startSimulator(options: SimulatorOptions = {}): Promise<Simulator> {
  const world = new World({
    seed: options.seed ?? randomInt(0x7fff_ffff),
    dataDir: options.dataDir,
    limits: options.limits ?? 'real',
    log: options.log ?? (() => {}),
  })
  addVenues(world)
  for (const build of options.more ?? []) world.venues.push(build(world))
  // The port comes first: whoever cannot have it must not touch the store of who has it.
  const server = await startServer(world, options.host ?? '127.0.0.1', options.port ?? 0)
  let stopMarket: () => void
  try {
    stopMarket = openMarkets(world, options.bot ?? true)
  } catch (error) {
    await server.close()
    throw error
  }
  let closing: Promise<void> | undefined
  const close = () => {
    closing ??= (async () => {
      stopMarket()
      await server.close()
      world.close()
    })()
    return closing
  }
  return { url: server.url, port: server.port, close, [Symbol.asyncDispose]: close }
}
