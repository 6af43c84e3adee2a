import type { VenueDescription } from '@tradercoin/exchanges'
import type { AddKeyBody, Problem as ProblemBody } from '@tradercoin/protocol'
import { Problem } from './problem.ts'

type FieldProblem = NonNullable<ProblemBody['errors']>[number]
type KeyFields = Pick<AddKeyBody, 'trading_mode' | 'environment' | 'region' | 'passphrase'>

/** What of a new key does not fit its venue, so that there is no use in asking it. @throws Problem 422 `invalid_key` */
export function checkKeyFields(venue: VenueDescription, body: KeyFields): void {
  const errors = [...misfits(venue, body)]
  if (errors.length === 0) return
  const fields = errors.map(({ field }) => field).join(', ')
  throw new Problem(422, 'invalid_key', `${venue.name} does not take this key: see ${fields}.`, { errors })
}

function* misfits(venue: VenueDescription, body: KeyFields): Generator<FieldProblem> {
  const { name, capabilities, environments, regions, needs_passphrase } = venue
  const { trading_mode, environment, region, passphrase } = body
  if (capabilities[trading_mode] === undefined)
    yield { field: 'trading_mode', message: `${name} has no ${trading_mode}` }
  if (!environments.includes(environment)) {
    yield { field: 'environment', message: `${name} has no ${environment}; it has ${environments.join(', ')}` }
  }
  if (region !== undefined && !regions.some((each) => each.region === region)) {
    const known = regions.map((each) => each.region).join(', ')
    yield { field: 'region', message: known === '' ? `${name} has no regions` : `must be one of ${known}, or left out` }
  }
  const isGiven = (passphrase ?? '').trim() !== ''
  if (needs_passphrase && !isGiven)
    yield { field: 'passphrase', message: `is needed: ${name} asks for one with each key` }
  if (!needs_passphrase && isGiven) yield { field: 'passphrase', message: `is not taken: ${name} keys have none` }
}
