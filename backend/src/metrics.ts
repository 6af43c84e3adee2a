import { Counter, collectDefaultMetrics, Gauge, Histogram, Registry } from 'prom-client'

export type Metrics = ReturnType<typeof createMetrics>

const seconds = [0.0005, 0.001, 0.0025, 0.005, 0.01, 0.02, 0.05, 0.075, 0.1, 0.25, 0.5, 1, 2.5, 5]

/**
 * Every metric of this hub in one registry. Labels are small closed sets: never a user, key, order or symbol.
 * @param processMetrics also gather those of the process and its event loop
 */
export function createMetrics(processMetrics: boolean) {
  const registry = new Registry()
  const registers = [registry]
  if (processMetrics) collectDefaultMetrics({ register: registry })
  return {
    registry,
    events: new Counter({
      name: 'tradercoin_events_total',
      help: 'Exchange events committed to the ledger',
      labelNames: ['exchange', 'type', 'source'],
      registers,
    }),
    duplicateEvents: new Counter({
      name: 'tradercoin_duplicate_events_total',
      help: 'Exchange events that changed nothing',
      labelNames: ['exchange'],
      registers,
    }),
    eventLatency: new Histogram({
      name: 'tradercoin_event_latency_seconds',
      help: 'From the frame being received to its write to the tabs',
      buckets: seconds,
      registers,
    }),
    commit: new Histogram({
      name: 'tradercoin_commit_seconds',
      help: 'Duration of one committed batch of the writer',
      buckets: seconds,
      registers,
    }),
    tabs: new Gauge({ name: 'tradercoin_tabs', help: 'Signed-in tabs', registers }),
    upstreamConnections: new Gauge({
      name: 'tradercoin_upstream_connections',
      help: 'Private streams to exchanges',
      labelNames: ['exchange', 'state'],
      registers,
    }),
    upstreamAccounts: new Gauge({
      name: 'tradercoin_upstream_accounts',
      help: 'Exchange accounts by the state of their key',
      labelNames: ['exchange', 'state'],
      registers,
    }),
    reconnects: new Counter({
      name: 'tradercoin_reconnects_total',
      help: 'Private streams that went down',
      labelNames: ['exchange', 'cause'],
      registers,
    }),
    gaps: new Counter({
      name: 'tradercoin_gaps_total',
      help: 'Interruptions closed, by whether everything was proven',
      labelNames: ['exchange', 'result'],
      registers,
    }),
    gapFill: new Histogram({
      name: 'tradercoin_gap_fill_seconds',
      help: 'From a stream being back to its gap being filled',
      buckets: [0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 120, 300],
      registers,
    }),
    rateLimitUsed: new Gauge({
      name: 'tradercoin_rate_limit_used_ratio',
      help: 'Share of the request budget in use, 0 to 1',
      labelNames: ['exchange'],
      registers,
    }),
    tabQueue: new Histogram({
      name: 'tradercoin_tab_queue_bytes',
      help: 'Bytes waiting for each tab, sampled at its heartbeat',
      buckets: [0, 1024, 16_384, 65_536, 262_144, 1_048_576],
      registers,
    }),
    tabClosed: new Counter({
      name: 'tradercoin_tab_closed_total',
      help: 'Tabs closed, by close code',
      labelNames: ['code'],
      registers,
    }),
    leases: new Gauge({
      name: 'tradercoin_leases',
      help: 'Leases of this hub by state',
      labelNames: ['state'],
      registers,
    }),
  }
}
