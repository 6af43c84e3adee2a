import { ExchangeError } from '@tradercoin/exchanges'
import { JobError } from '../store/errors.ts'

/**
 * What the owner of a key is told of an error: the words meant for people, and nothing of the hub's inside, which is for its log.
 * @param effort what the hub was about, as in "the hub could not <effort>"
 */
export function reasonFor(error: unknown, effort: string): string {
  if (error instanceof ExchangeError) return error.message
  if (error instanceof JobError && error.code === 'order_closed') return `the order has ended: ${error.message}`
  return `the hub could not ${effort}; see the hub's log`
}
