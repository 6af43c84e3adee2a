import { ExchangeError } from '../errors.ts'
import type { Priority } from '../transport/governor.ts'
import type { Transport } from '../transport/transport.ts'

/** OKX counts the requests of the last two seconds, for each call and account by itself. */
const windowMs = 2_000
/** A trader would rather hear at once that it takes longer. */
const tradePatienceMs = 3_000
/** Above this many, those who asked nothing lately are forgotten. */
const manyKeys = 1_000

/** Keeps each call of each account within its limit, so that OKX need not refuse any. */
export interface Pacer {
  /** Resolves when one more request of this kind may leave. Throws ExchangeError `rate_limit` when a trade would wait too long. */
  turn(key: string, limit: number, priority: Priority): Promise<void>
}

export function createPacer(transport: Transport): Pacer {
  const { clock } = transport
  /** When the latest requests of a key leave, oldest first. */
  const departures = new Map<string, number[]>()

  function forgetOld(now: number) {
    for (const [key, times] of departures) if ((times.at(-1) ?? 0) <= now - windowMs) departures.delete(key)
  }

  return {
    async turn(key, limit, priority) {
      if (transport.budget === 'off') return
      const now = clock.now()
      if (departures.size > manyKeys) forgetOld(now)
      const times = departures.get(key) ?? []
      while (times[0] !== undefined && times[0] <= now - windowMs) times.shift()
      const oldest = times[times.length - limit]
      const at = oldest === undefined ? now : Math.max(now, oldest + windowMs)
      if (priority === 'trade' && at - now > tradePatienceMs) {
        const message = 'This account has sent too many requests; try again shortly.'
        throw new ExchangeError('rate_limit', 'order_rate_limit', message, { retry_at: at })
      }
      times.push(at)
      departures.set(key, times)
      if (at > now) await new Promise<void>((resolve) => clock.after(at - now, resolve))
    },
  }
}
