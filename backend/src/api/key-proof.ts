import {
  type Clock,
  type Credentials,
  ExchangeError,
  type KeyCheck,
  type VenueDescription,
} from '@tradercoin/exchanges'
import type { Exchanges, Venue } from '../exchanges.ts'

/** Whoever adds a key waits no longer than this for its exchange, whatever budgets, pauses and retries the adapter goes through. */
const proveWithinMs = 12_000

export interface Proving {
  exchanges: Pick<Exchanges, 'get'>
  clock: Clock
}

/** What the venue said of a key, and the site of the venue that knew it. */
export interface KeyProof {
  check: KeyCheck
  venue: Venue
}

/**
 * Asks a venue whether a key works. Where no region is given and the main site does not know the key, the other sites are asked in turn.
 * @param regions the venue's other sites
 * @throws ExchangeError what the venue says of the key; `exchange_unavailable` when nobody answers in time
 */
export async function proveKey(
  proving: Proving,
  venue: Venue,
  regions: VenueDescription['regions'],
  credentials: Credentials,
): Promise<KeyProof> {
  const name = venue.environment === 'paper' ? 'The paper exchange' : 'The exchange'
  const unavailable = (what: string, cause?: unknown) => {
    const message = `${name} ${what}, so the key was not added; try again in a moment.`
    return new ExchangeError('unavailable', 'exchange_unavailable', message, { cause })
  }
  let isLate = false
  let cancel = () => {}
  const deadline = new Promise<never>((_, reject) => {
    cancel = proving.clock.after(proveWithinMs, () => {
      isLate = true
      reject(unavailable('did not answer in time'))
    })
  })
  try {
    return await Promise.race([askSites(proving, venue, regions, credentials, () => isLate), deadline])
  } catch (error) {
    const isDown = error instanceof ExchangeError && ['unavailable', 'not_sent'].includes(error.code)
    throw isDown ? unavailable('does not answer', error) : error
  } finally {
    cancel()
  }
}

async function askSites(
  { exchanges }: Proving,
  venue: Venue,
  regions: VenueDescription['regions'],
  credentials: Credentials,
  isLate: () => boolean,
): Promise<KeyProof> {
  const ask = async (site: Venue) => ({ check: await exchanges.get(site).checkKey(credentials), venue: site })
  try {
    return await ask(venue)
  } catch (error) {
    // The paper exchange has one site, whatever the region.
    if (!isUnknownKey(error) || venue.region !== null || venue.environment === 'paper') throw error
    for (const { region } of regions) {
      if (isLate()) break
      try {
        return await ask({ ...venue, region })
      } catch (other) {
        // A site that knows the key, and refuses it for a reason of its own, has the last word.
        if (!isUnknownKey(other)) throw other
      }
    }
    throw error
  }
}

const isUnknownKey = (error: unknown) => error instanceof ExchangeError && error.code === 'unknown_key'
