import { createHmac, timingSafeEqual } from 'node:crypto'

/** HMAC-SHA256 in Base64, as REST headers and the WebSocket login carry it (fact sheet: okx.md sections 1.4 and 3.1). */
export function sign(secret: string, text: string): string {
  return createHmac('sha256', secret).update(text).digest('base64')
}

/** The text a REST request signs: the path with its query exactly as sent, and the exact bytes of the body. */
export function restPayload(timestamp: string, method: string, pathAndQuery: string, body: string): string {
  return `${timestamp}${method.toUpperCase()}${pathAndQuery}${body}`
}

export function loginPayload(timestamp: string): string {
  return `${timestamp}GET/users/self/verify`
}

export function signatureMatches(secret: string, text: string, signature: string): boolean {
  const right = Buffer.from(sign(secret, text))
  const given = Buffer.from(signature)
  return right.length === given.length && timingSafeEqual(right, given)
}
