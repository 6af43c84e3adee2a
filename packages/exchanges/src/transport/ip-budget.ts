import type { Environment } from '@tradercoin/protocol'
import type { Clock } from './clock.ts'
import { createGovernor, type Governor, type GovernorOptions } from './governor.ts'
import type { Transport } from './transport.ts'

/*
 * Where a venue counts what one IP sends over all its hosts, regional and demo ones included, all adapters of one process share one
 * budget. The paper exchange is another matter.
 */

export interface IpBudget {
  governor: Governor
  /** Gives it back; the last one to do so ends it. */
  release(): void
}

interface Shared {
  governor: Governor
  users: number
}

/** By the clock of the process and the name of the venue. */
const budgets = new WeakMap<Clock, Map<string, Shared>>()

export function openIpBudget(transport: Transport, environment: Environment, options: GovernorOptions): IpBudget {
  if (environment === 'paper') {
    const governor = createGovernor(transport, options)
    return { governor, release: () => governor.close() }
  }
  const ofProcess = budgets.get(transport.clock) ?? new Map<string, Shared>()
  budgets.set(transport.clock, ofProcess)
  const budget = ofProcess.get(options.venue) ?? { governor: createGovernor(transport, options), users: 0 }
  ofProcess.set(options.venue, budget)
  budget.users += 1
  let released = false
  return {
    governor: budget.governor,
    release() {
      if (released) return
      released = true
      budget.users -= 1
      if (budget.users > 0) return
      ofProcess.delete(options.venue)
      budget.governor.close()
    },
  }
}
