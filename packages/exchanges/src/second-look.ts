import { ExchangeError } from './errors.ts'
import type { Clock } from './transport/clock.ts'

/** Just after placing, a query may not find the order yet: what is unknown is asked again before it is believed. */
const secondLooksMs = [300, 700, 1_000]

/** Asks again while the answer is null; null when it still is after the last look. */
export async function withSecondLook<T>(clock: Clock, ask: () => Promise<T | null>): Promise<T | null> {
  for (let look = 0; ; look += 1) {
    const found = await ask()
    const wait = secondLooksMs[look]
    if (found !== null || wait === undefined) return found
    await new Promise<void>((resolve) => clock.after(wait, resolve))
  }
}

/** What the venue does not know is null. */
export async function orNull<T>(asking: Promise<T>): Promise<T | null> {
  try {
    return await asking
  } catch (error) {
    if (error instanceof ExchangeError && error.kind === 'not_found') return null
    throw error
  }
}
