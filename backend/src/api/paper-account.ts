import { type Credentials, ExchangeError } from '@tradercoin/exchanges'
import type { AddPaperKeyBody } from '@tradercoin/protocol'
import { z } from 'zod'

const answerSchema = z.object({ api_key: z.string(), api_secret: z.string(), passphrase: z.string().optional() })
const timeoutMs = 5_000

/** Opens an account on the paper exchange. @throws ExchangeError when it does not answer or refuses */
export async function openPaperAccount(
  paperUrl: string,
  { exchange, trading_mode, balances }: AddPaperKeyBody,
): Promise<Credentials> {
  const answer = await fetch(`${paperUrl}/sim/accounts`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ exchange, trading_mode, ...(balances && { balances }) }),
    redirect: 'error',
    signal: AbortSignal.timeout(timeoutMs),
  }).catch((cause: unknown) => {
    throw new ExchangeError('unavailable', 'paper_unreachable', 'The paper exchange does not answer; try again.', {
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
