import type { Instrument } from './exchange.ts'
import type { Clock } from './transport/clock.ts'

const freshMs = 60 * 60_000

/** Keeps the list for an hour; concurrent calls share one request; a list that cannot be renewed is better old than missing. */
export function cacheInstruments(
  clock: Clock,
  fetch: () => Promise<Instrument[]>,
): () => Promise<readonly Instrument[]> {
  let known: { at: number; list: readonly Instrument[] } | null = null
  let running: Promise<readonly Instrument[]> | null = null

  async function renew(): Promise<readonly Instrument[]> {
    try {
      known = { at: clock.now(), list: await fetch() }
      return known.list
    } catch (error) {
      if (known === null) throw error
      return known.list
    } finally {
      running = null
    }
  }

  return async () => {
    if (known !== null && clock.now() - known.at < freshMs) return known.list
    running ??= renew()
    return running
  }
}
