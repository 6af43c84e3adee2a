import type { Environment } from '@tradercoin/protocol'
import type { Clock } from '../transport/clock.ts'
import { createGovernor, type Governor } from '../transport/governor.ts'
import type { Transport } from '../transport/transport.ts'

/*
 * Bybit counts requests per IP over all its hosts, regional ones included: 600 in 5 s, else HTTP 403 for everyone on this IP for ten
 * minutes and more. So all sites and environments of one process share one budget. The paper exchange is another matter.
 * https://bybit-exchange.github.io/docs/v5/rate-limit
 */

/** Well below the limit: in any 5 s at most six of these windows. */
const requestsPerSecond = 80
/** The venue allows 500 in 5 minutes and host. */
const connections = { limit: 450, windowMs: 5 * 60_000 }

export interface IpBudget {
  governor: Governor
  /** Gives it back; the last one to do so ends it. */
  release(): void
}

/** By the clock of the process. */
const shared = new WeakMap<Clock, { governor: Governor; users: number }>()

export function openIpBudget(transport: Transport, environment: Environment): IpBudget {
  if (environment === 'paper') {
    const governor = newGovernor(transport)
    return { governor, release: () => governor.close() }
  }
  const budget = shared.get(transport.clock) ?? { governor: newGovernor(transport), users: 0 }
  shared.set(transport.clock, budget)
  budget.users += 1
  let released = false
  return {
    governor: budget.governor,
    release() {
      if (released) return
      released = true
      budget.users -= 1
      if (budget.users > 0) return
      shared.delete(transport.clock)
      budget.governor.close()
    },
  }
}

function newGovernor(transport: Transport): Governor {
  return createGovernor(transport, {
    venue: 'bybit',
    product: 'requests',
    weightPerMinute: requestsPerSecond,
    windowMs: 1_000,
    connections,
  })
}
