import type { SimAccount } from '../test-simulator.ts'
import { signedHeaders } from './sign.ts'

/** A setting the owner changes on the venue's own site: a call the adapter never makes. */
export async function changeSetting(
  url: string,
  { credentials }: SimAccount,
  path: string,
  body: object,
): Promise<void> {
  const text = JSON.stringify(body)
  const headers = { 'content-type': 'application/json', ...signedHeaders(credentials, text, Date.now()) }
  const response = await fetch(`${url}/bybit${path}`, { method: 'POST', headers, body: text })
  const { retCode, retMsg } = (await response.json()) as { retCode: number; retMsg: string }
  if (retCode !== 0) throw new Error(`${path}: ${retCode} ${retMsg}`)
}
