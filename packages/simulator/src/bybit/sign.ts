import { signatureMatches } from '../binance/sign.ts'
import type { AccountKey } from '../engine/account.ts'

/** What a REST caller signs: query text of a GET, exact body of a POST. HMAC in hex, RSA in base64. */
export function restPayload(timestamp: string, apiKey: string, recvWindow: string, payload: string): string {
  return timestamp + apiKey + recvWindow + payload
}

/** What the `auth` message of a WebSocket signs. */
export function socketPayload(expires: number): string {
  return `GET/realtime${expires}`
}

export function signedBy(key: AccountKey, payload: string, signature: string): boolean {
  return signatureMatches(key, payload, signature)
}
