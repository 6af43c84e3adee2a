import { STATUS_CODES } from 'node:http'
import type { Duplex } from 'node:stream'

export interface UpgradeAnswer {
  status: number
  headers?: Record<string, string>
  body?: string
  type?: string
}

/** Answers a handshake with an HTTP error and closes the connection. */
export function refuseUpgrade(
  socket: Duplex,
  { status, headers, body = '', type = 'text/plain' }: UpgradeAnswer,
): void {
  const all = {
    ...headers,
    'Content-Type': type,
    'Content-Length': String(Buffer.byteLength(body)),
    Connection: 'close',
  }
  const head = Object.entries(all)
    .map(([name, value]) => `${name}: ${value}\r\n`)
    .join('')
  socket.end(`HTTP/1.1 ${status} ${STATUS_CODES[status] ?? 'Error'}\r\n${head}\r\n${body}`)
}
