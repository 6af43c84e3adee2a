import type { GovernorOptions } from '../transport/governor.ts'

/**
 * Bybit counts requests per IP over all its hosts, regional ones included: 600 in 5 s, else HTTP 403 for everyone on this IP for ten
 * minutes and more. 80 a second are well below: in any 5 s at most six of these windows. Connections: it allows 500 in 5 minutes and host.
 * https://bybit-exchange.github.io/docs/v5/rate-limit
 */
export const ipLimits: GovernorOptions = {
  venue: 'bybit',
  product: 'requests',
  weightPerMinute: 80,
  windowMs: 1_000,
  connections: { limit: 450, windowMs: 5 * 60_000 },
}
