import { ExchangeError } from '../errors.ts'
import type { Transport } from '../transport/transport.ts'

/** A rolling second, and a little more: requests may bunch up on their way. */
const windowMs = 1_050

/** A kind of request that shares one limit of an account. */
export interface Limit {
  name: string
  perSecond: number
}

/** What one account may send, kept beside the IP's budget: each kind of request so many times a second. */
export interface AccountLimits {
  /** Resolves when the account may send one more of this kind. Throws ExchangeError `rate_limit` when that is further off than `patienceMs`. */
  admit(account: string, limit: Limit, patienceMs: number): Promise<void>
  /** The venue said that the account must not send this kind before `until` (our clock, ms). */
  hold(account: string, limit: Limit, until: number): void
  close(): void
}

/** Times at which requests of one kind leave, newest last; those to come are promised already. */
interface Lane {
  times: number[]
  heldUntil: number
}

export function createAccountLimits({ clock, budget }: Transport): AccountLimits {
  const lanes = new Map<string, Lane>()
  const waiting = new Set<() => void>()
  let closed = false

  function laneOf(account: string, { name }: Limit): Lane {
    const key = `${account} ${name}`
    let lane = lanes.get(key)
    if (lane === undefined) {
      if (lanes.size >= 10_000) forgetIdle()
      lane = { times: [], heldUntil: 0 }
      lanes.set(key, lane)
    }
    return lane
  }

  function forgetIdle() {
    const idleSince = clock.now() - windowMs
    for (const [key, { times, heldUntil }] of lanes) {
      if (heldUntil <= idleSince && (times.at(-1) ?? 0) <= idleSince) lanes.delete(key)
    }
  }

  function wait(ms: number): Promise<void> {
    return new Promise((resolve) => {
      const wake = () => {
        waiting.delete(wake)
        cancel()
        resolve()
      }
      const cancel = clock.after(ms, wake)
      waiting.add(wake)
    })
  }

  return {
    async admit(account, limit, patienceMs) {
      if (budget === 'off') return
      const lane = laneOf(account, limit)
      const asked = clock.now()
      const earliest = lane.times.length < limit.perSecond ? 0 : (lane.times.at(-limit.perSecond) ?? 0) + windowMs
      const at = Math.max(asked, lane.heldUntil, earliest)
      if (at - asked > patienceMs) throw tooMany(at)
      lane.times.push(at)
      if (lane.times.length > limit.perSecond) lane.times.shift()
      if (at > asked) await wait(at - asked)
      // The venue may have spoken meanwhile.
      while (lane.heldUntil > clock.now() && !closed) {
        if (lane.heldUntil - asked > patienceMs) throw tooMany(lane.heldUntil)
        await wait(lane.heldUntil - clock.now())
      }
      if (closed) throw new ExchangeError('not_sent', 'closed', 'The connection to the exchange is being closed.')
    },
    hold(account, limit, until) {
      const lane = laneOf(account, limit)
      lane.heldUntil = Math.max(lane.heldUntil, until)
    },
    close() {
      closed = true
      for (const wake of [...waiting]) wake()
    },
  }
}

function tooMany(retryAt: number): ExchangeError {
  const message = 'This account has sent too many requests; try again shortly.'
  return new ExchangeError('rate_limit', 'order_rate_limit', message, { retry_at: retryAt })
}
