import type { Signer } from '../signer.ts'

/*
 * Signing of REST requests and of WebSocket-API requests, for the three key types Binance issues.
 * https://developers.binance.com/docs/binance-spot-api-docs/rest-api/request-security
 * https://developers.binance.com/docs/binance-spot-api-docs/websocket-api/request-security
 */

export type ParamValue = string | number | boolean
export type Params = Readonly<Record<string, ParamValue | undefined>>

/** RFC 3986: everything but unreserved characters is escaped, also the five that encodeURIComponent leaves. */
function encode(value: string): string {
  return encodeURIComponent(value).replace(/[!'()*]/g, (char) => `%${char.charCodeAt(0).toString(16).toUpperCase()}`)
}

/** Query text of the given parameters in their order; undefined ones are left out. */
export function encodeQuery(params: Params): string {
  const parts: string[] = []
  for (const [name, value] of Object.entries(params)) {
    if (value !== undefined) parts.push(`${encode(name)}=${encode(String(value))}`)
  }
  return parts.join('&')
}

/** The query with its signature last: what is signed is exactly the text that is sent. */
export function signQuery(query: string, signer: Signer): string {
  return `${query}&signature=${encode(signer(query))}`
}

/** Parameters of a WebSocket-API request with their signature: sorted by name, joined unescaped. */
export function signParams(params: Record<string, ParamValue>, signer: Signer): Record<string, ParamValue> {
  const payload = Object.keys(params)
    .sort()
    .map((name) => `${name}=${params[name]}`)
    .join('&')
  return { ...params, signature: signer(payload) }
}
