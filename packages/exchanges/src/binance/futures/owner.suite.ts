import { createHmac } from 'node:crypto'
import type { Credentials } from '../../exchange.ts'

/** A setting of the account, changed as its owner would: signed by hand, not through the adapter. Throws with the venue's words. */
export async function changeSetting(
  url: string,
  { api_key, api_secret }: Credentials,
  path: string,
  params: Record<string, string>,
): Promise<void> {
  const query = new URLSearchParams({ ...params, timestamp: String(Date.now()) })
  query.append('signature', createHmac('sha256', api_secret).update(query.toString()).digest('hex'))
  const response = await fetch(`${url}/binance/futures${path}`, {
    method: 'POST',
    headers: { 'X-MBX-APIKEY': api_key, 'content-type': 'application/x-www-form-urlencoded' },
    body: query,
  })
  if (!response.ok) throw new Error(await response.text())
}
