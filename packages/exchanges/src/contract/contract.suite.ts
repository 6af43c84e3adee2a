import { afterAll, afterEach, beforeAll, describe, test } from 'vitest'
import { venueDescriptions } from '../registry.ts'
import { deck } from './deck.suite.ts'
import { Harness } from './harness.suite.ts'
import type { ContractTarget } from './target.suite.ts'

/** What a contract test tells the table that closes a run. */
export interface ContractMeta {
  card: string
  title: string
  /** One venue and trading mode. */
  column: string
  offered: boolean
}

declare module 'vitest' {
  interface TaskMeta {
    contract?: ContractMeta
  }
}

/** The cards every venue passes against the paper exchange. Where one is not offered, the adapter's refusal is tested in its place. */
export function exchangeContract(target: ContractTarget): void {
  const harness = new Harness(target)
  const column = `${target.venue.exchange} ${target.trading_mode}`
  const isShipped = venueDescriptions.includes(target.venue)
  beforeAll(() => harness.begin())
  afterEach(() => harness.tidy())
  afterAll(() => harness.end())

  for (const [group, cards] of deck) {
    describe(group, () => {
      for (const { number, title, run, offered, refused, timeout } of cards) {
        const isOffered = offered?.({ capabilities: harness.capabilities, target }) ?? true
        const play = isOffered ? run : refused
        const contract: ContractMeta = { card: number, title, column, offered: isOffered }
        const options = { ...(isShipped && { meta: { contract } }), ...(timeout === undefined ? {} : { timeout }) }
        test(`${number} ${title}${isOffered ? '' : ' (not offered: refused)'}`, options, () => play?.(harness))
      }
    })
  }
}
