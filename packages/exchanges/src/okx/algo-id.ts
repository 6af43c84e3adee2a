import { algoIdPrefix } from '@tradercoin/protocol'

/** Conditional orders live in an id space of their own. */
export function algoOrderId(algoId: string): string {
  return algoIdPrefix + algoId
}

/** The venue's algo id; null for an ordinary order's id. */
export function algoIdOf(orderId: string): string | null {
  return orderId.startsWith(algoIdPrefix) ? orderId.slice(algoIdPrefix.length) : null
}
