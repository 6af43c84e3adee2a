import type { Credentials } from '../exchange.ts'
import { signerOf } from '../signer.ts'

/*
 * Signing: HMAC-SHA256 in hex, or RSA-SHA256 in base64 where the secret is an RSA private key.
 * https://bybit-exchange.github.io/docs/v5/guide#authentication · https://bybit-exchange.github.io/docs/v5/ws/connect#authentication
 */

export type ParamValue = string | number | boolean
export type Params = Readonly<Record<string, ParamValue | undefined>>

export const recvWindow = 5_000

/** How long the login of a stream stays good; a tighter end is known to fail on slow lines. */
const loginMs = 10_000

/**
 * Headers of a signed request. `text`: the query without `?`, or the body, exactly as it is sent. `timestamp`: the venue's time (ms).
 * Throws ExchangeError `auth` when the secret is an unreadable private key.
 */
export function signedHeaders(credentials: Credentials, text: string, timestamp: number): Record<string, string> {
  const sign = signerOf(credentials)
  return {
    'X-BAPI-API-KEY': credentials.api_key,
    'X-BAPI-TIMESTAMP': String(timestamp),
    'X-BAPI-RECV-WINDOW': String(recvWindow),
    'X-BAPI-SIGN': sign(`${timestamp}${credentials.api_key}${recvWindow}${text}`),
  }
}

/** The login of a private stream, to be sent at once. It holds a signature: for the socket only. `now`: the venue's time (ms). */
export function loginMessage(credentials: Credentials, requestId: string, now: number): string {
  const expires = now + loginMs
  const signature = signerOf(credentials)(`GET/realtime${expires}`)
  return JSON.stringify({ req_id: requestId, op: 'auth', args: [credentials.api_key, expires, signature] })
}

/** A cursor comes escaped already and goes back as it came. */
const escaped = /^(?:[A-Za-z0-9._~-]|%[0-9A-Fa-f]{2})*$/

/** Query text of the given parameters in their order; undefined ones are left out. */
export function encodeQuery(params: Params): string {
  const parts: string[] = []
  for (const [name, value] of Object.entries(params)) {
    if (value === undefined) continue
    const text = String(value)
    parts.push(`${name}=${name === 'cursor' && escaped.test(text) ? text : encodeURIComponent(text)}`)
  }
  return parts.join('&')
}
