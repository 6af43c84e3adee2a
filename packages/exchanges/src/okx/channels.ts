import type { SocketPath } from './endpoints.ts'

/** Events only: without it the venue repeats the whole account every few seconds. */
const eventsOnly = JSON.stringify({ updateInterval: '0' })

/** What each private socket is asked for. Filters narrower than ANY are reported to miss events. */
export const channels: Readonly<Record<SocketPath, readonly Readonly<Record<string, string>>[]>> = {
  private: [
    { channel: 'orders', instType: 'ANY' },
    { channel: 'account', extraParams: eventsOnly },
    { channel: 'positions', instType: 'ANY', extraParams: eventsOnly },
    { channel: 'balance_and_position' },
  ],
  // Trailing stops, icebergs and time-weighted orders come on the second.
  business: [
    { channel: 'orders-algo', instType: 'ANY' },
    { channel: 'algo-advance', instType: 'ANY' },
  ],
}

/** One request for each channel: an error names its request and nothing else. */
export function subscribeMessage(id: string, channel: Readonly<Record<string, string>>): string {
  return JSON.stringify({ id, op: 'subscribe', args: [channel] })
}
