import type { Transport } from './transport.ts'

const refreshMs = 5 * 60_000

/** What the venue's clock shows, so that signed requests carry a time it accepts. */
export interface VenueClock {
  /** The venue's time now (ms), after at least one answer of its clock; without one, our own. */
  now(): Promise<number>
  /** The venue's time now (ms) by the last known offset, without asking. */
  estimate(): number
  /** Asks again, for example after the venue called our time wrong. Concurrent calls share one request. */
  refresh(): Promise<void>
}

/** `fetchTime` asks the venue (ms since 1970); its failure leaves the last known offset. */
export function createVenueClock(transport: Transport, venue: string, fetchTime: () => Promise<number>): VenueClock {
  const { clock } = transport
  let offset = 0
  let checkedAt: number | null = null
  let running: Promise<void> | null = null

  async function measure() {
    const before = clock.now()
    try {
      const time = await fetchTime()
      const after = clock.now()
      offset = Math.round(time - (before + after) / 2)
      if (Math.abs(offset) > 500) transport.log('info', 'clock_offset', { venue, offset_ms: offset })
    } catch (error) {
      transport.log('warn', 'clock_unknown', { venue, problem: error instanceof Error ? error.message : 'unknown' })
    }
    checkedAt = clock.now()
  }

  function refresh(): Promise<void> {
    running ??= measure().finally(() => {
      running = null
    })
    return running
  }

  return {
    async now() {
      if (checkedAt === null) await refresh()
      else if (clock.now() - checkedAt > refreshMs) void refresh()
      return clock.now() + offset
    },
    estimate: () => clock.now() + offset,
    refresh,
  }
}
