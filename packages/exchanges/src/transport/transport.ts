import type { Clock } from './clock.ts'

/** What an adapter reaches the world through. Tests pass their own clock; the bench passes a budget without limits. */
export interface Transport {
  clock: Clock
  /** `off` ignores the local weight budget (never what the venue itself answers): for benchmarks against the paper exchange. */
  budget: 'on' | 'off'
  /** Extra certificate authority (PEM) for https and wss, for a private gateway or a test. */
  ca: string | null
  log(level: 'debug' | 'info' | 'warn', event: string, fields: Record<string, string | number | boolean | null>): void
  /** Told how full a request budget is, 0 to 1, for the metrics. A venue has several: `product` names whose this is, such as `spot`. */
  onBudget(exchange: string, usedRatio: number, product: string): void
}
