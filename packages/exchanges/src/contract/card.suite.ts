import type { Capabilities } from '../venue.ts'
import type { Harness } from './harness.suite.ts'
import type { ContractTarget } from './target.suite.ts'

/** One thing every venue must do the same, with a number that never changes. */
export interface Card {
  /** `C01` … */
  number: string
  title: string
  run(harness: Harness): Promise<void>
  /** Where this says no, the venue does not offer it: `refused` runs in place of `run`, and the table shows n/o. */
  offered?(venue: Offer): boolean
  /** Proves that the adapter says so by itself. */
  refused?(harness: Harness): Promise<void>
  timeout?: number
}

/** What decides whether a card is offered. */
export interface Offer {
  capabilities: Capabilities
  target: ContractTarget
}

export function card(number: string, title: string, run: Card['run'], timeout?: number): Card {
  return { number, title, run, ...(timeout === undefined ? {} : { timeout }) }
}

/** A card for what some venues do not offer; there, `refused` must show that the adapter refuses it before anything is sent. */
export function offeredCard(
  number: string,
  title: string,
  offered: (venue: Offer) => boolean,
  run: Card['run'],
  refused: (harness: Harness) => Promise<void>,
): Card {
  return { number, title, offered, run, refused }
}

export const offersStops = ({ capabilities }: Offer): boolean => capabilities.order_types.includes('STOP_MARKET')
