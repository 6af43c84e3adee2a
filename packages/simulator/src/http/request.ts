import type { IncomingMessage } from 'node:http'

/** A request as the venues look at it: the exact text of query and body matters for signatures. */
export interface HttpRequest {
  method: string
  path: string
  query: string
  body: string
  headers: IncomingMessage['headers']
  ip: string
}

export interface HttpReply {
  status: number
  headers?: Record<string, string>
  body: string
  type?: string
  /** The connection is cut instead of answering. */
  hangUp?: boolean
}

const MAX_BODY = 4 * 1024 * 1024

export class BodyTooLarge extends Error {
  override name = 'BodyTooLarge'
}

export function readBody(message: IncomingMessage): Promise<string> {
  return new Promise((resolve, reject) => {
    if (message.method === 'GET' && message.headers['content-length'] === undefined) {
      resolve('')
      return
    }
    const chunks: Buffer[] = []
    let size = 0
    message.on('data', (chunk: Buffer) => {
      size += chunk.length
      if (size > MAX_BODY) reject(new BodyTooLarge('request body is over 4 MiB'))
      else chunks.push(chunk)
    })
    message.on('end', () => resolve(Buffer.concat(chunks).toString('utf8')))
    message.on('error', reject)
  })
}

/** Splits "/a/b?c=d" without decoding anything. */
export function splitUrl(url: string): { path: string; query: string } {
  const at = url.indexOf('?')
  return at < 0 ? { path: url, query: '' } : { path: url.slice(0, at), query: url.slice(at + 1) }
}

/** Percent-decodes one form field; a plus means a space, as form encoding has it. Throws URIError on bad escapes. */
export function decodeField(text: string): string {
  return decodeURIComponent(text.replaceAll('+', ' '))
}

export function ipOf(message: IncomingMessage): string {
  return (message.socket.remoteAddress ?? '').replace(/^::ffff:/, '')
}
