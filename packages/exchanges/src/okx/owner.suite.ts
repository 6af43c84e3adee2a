import { createHmac } from 'node:crypto'
import type { Credentials } from '../exchange.ts'

/** The account's position mode, changed as its owner would: signed by hand, not through the adapter. Throws with the venue's words. */
export async function setPositionMode(url: string, who: Credentials, posMode: string): Promise<void> {
  const path = '/api/v5/account/set-position-mode'
  const body = JSON.stringify({ posMode })
  const timestamp = new Date().toISOString()
  const response = await fetch(`${url}/okx${path}`, {
    method: 'POST',
    headers: {
      'content-type': 'application/json',
      'OK-ACCESS-KEY': who.api_key,
      'OK-ACCESS-PASSPHRASE': who.passphrase ?? '',
      'OK-ACCESS-TIMESTAMP': timestamp,
      'OK-ACCESS-SIGN': createHmac('sha256', who.api_secret).update(`${timestamp}POST${path}${body}`).digest('base64'),
    },
    body,
  })
  const answer = await response.text()
  if (!response.ok || !answer.includes('"code":"0"')) throw new Error(answer)
}
