import { ExchangeError } from '../errors.ts'

/** What cannot be amended here is refused before anything is sent. */
export async function refuseAmend(): Promise<never> {
  throw new ExchangeError(
    'refused',
    'amend_not_supported',
    'Orders here cannot be amended: cancel this one and place another.',
  )
}
