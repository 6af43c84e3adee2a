import { type Credentials, ExchangeError } from '@tradercoin/exchanges'
import type { AddPaperKeyBody, ExchangeKey } from '@tradercoin/protocol'
import { z } from 'zod'
import { addKey, type KeyAdding } from './key-adding.ts'

const answerSchema = z.object({ api_key: z.string(), api_secret: z.string(), passphrase: z.string().optional() })
const timeoutMs = 5_000

export interface PaperKeyRequest {
  user_id: number
  body: AddPaperKeyBody
  /** Somebody trades on the account all the time. */
  activity: boolean
  ip: string | null
}

/** Opens an account on the paper exchange and adds its key. @throws what `addKey` throws, ExchangeError when it is not opened */
export async function addPaperKey(
  adding: KeyAdding,
  paperUrl: string,
  { user_id, body, activity, ip }: PaperKeyRequest,
): Promise<ExchangeKey> {
  const { exchange, trading_mode, label = null } = body
  const venue = { exchange, trading_mode, environment: 'paper', region: null } as const
  // A venue that this hub does not speak is refused before anything is opened.
  adding.exchanges.get(venue)
  const credentials = await openPaperAccount(paperUrl, body, activity)
  return addKey(adding, { user_id, venue, label, credentials, ip })
}

async function openPaperAccount(
  paperUrl: string,
  { exchange, trading_mode, balances }: AddPaperKeyBody,
  activity: boolean,
): Promise<Credentials> {
  const answer = await fetch(`${paperUrl}/sim/accounts`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ exchange, trading_mode, ...(balances && { balances }), ...(activity && { activity }) }),
    redirect: 'error',
    signal: AbortSignal.timeout(timeoutMs),
  }).catch((cause: unknown) => {
    throw new ExchangeError('unavailable', 'exchange_unavailable', 'The paper exchange does not answer; try again.', {
      cause,
    })
  })
  const body: unknown = await answer.json().catch(() => null)
  const account = answerSchema.safeParse(body)
  if (answer.ok && account.success) {
    const { api_key, api_secret, passphrase } = account.data
    return { api_key, api_secret, passphrase: passphrase ?? null }
  }
  throw new ExchangeError(
    'refused',
    'paper_refused',
    'The paper exchange did not open this account; check the balances.',
  )
}
