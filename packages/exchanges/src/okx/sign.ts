import { createHmac } from 'node:crypto'
import type { Credentials } from '../exchange.ts'

/*
 * OKX signs with HMAC-SHA256, written in Base64, REST and WebSocket alike.
 * https://www.okx.com/docs-v5/en/#overview-rest-authentication-signature
 */

function sign(secret: string, text: string): string {
  return createHmac('sha256', secret).update(text).digest('base64')
}

/**
 * Headers of one signed request. `path` starts with `/api/v5/` and carries the query exactly as it is sent; `body` is the exact text sent,
 * empty for GET; `time` is the venue's (ms).
 */
export function signedHeaders(
  who: Credentials,
  method: 'GET' | 'POST',
  path: string,
  body: string,
  time: number,
): Record<string, string> {
  const timestamp = new Date(time).toISOString()
  return {
    'OK-ACCESS-KEY': who.api_key,
    'OK-ACCESS-SIGN': sign(who.api_secret.trim(), timestamp + method + path + body),
    'OK-ACCESS-TIMESTAMP': timestamp,
    'OK-ACCESS-PASSPHRASE': who.passphrase ?? '',
  }
}

/** The login message of a private socket. `time` is the venue's (ms): here it is written in whole seconds. */
export function loginMessage(who: Credentials, time: number): string {
  const timestamp = String(Math.floor(time / 1000))
  const args = {
    apiKey: who.api_key,
    passphrase: who.passphrase ?? '',
    timestamp,
    sign: sign(who.api_secret.trim(), `${timestamp}GET/users/self/verify`),
  }
  return JSON.stringify({ op: 'login', args: [args] })
}
