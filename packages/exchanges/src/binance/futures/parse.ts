import type { AccountEvent, ExecutionReport } from '@tradercoin/protocol'
import { idOrNull, list, object, ShapeError, textOrNull, time } from '../../fields.ts'
import { parseBalanceUpdate, parsePositionUpdate } from './parse-account.ts'
import { parseAlgoUpdate } from './parse-algo.ts'
import { parseOrderUpdate } from './parse-order.ts'
import type { RawAccountUpdate, RawEvent, RawOrderUpdate } from './wire.ts'

export type AnnouncedTrade = Pick<ExecutionReport, 'symbol' | 'order_id' | 'trade_id'>

/** Known events that say nothing a record has room for: kept as they came. */
const keptRaw: ReadonlySet<unknown> = new Set([
  // A leverage without the position it belongs to; the next snapshot tells both.
  'ACCOUNT_CONFIG_UPDATE',
  // "Not for strategies, not guaranteed", and without the engine's time.
  'MARGIN_CALL',
  'STRATEGY_UPDATE',
  'GRID_UPDATE',
  // Superseded by ALGO_UPDATE with status REJECTED.
  'CONDITIONAL_ORDER_TRIGGER_REJECT',
])

/**
 * One event of the private stream in our records; what is unknown or misshapen is kept raw. Pure, never throws.
 *
 * TRADE_LITE yields nothing: it announces a fill early but knows neither fee nor profit nor status, and the ORDER_TRADE_UPDATE of the
 * same trade id follows with all of them. An execution made of it would either be incomplete for ever or stand beside the full one.
 * The stream uses it as a tripwire instead (trade-watch.ts).
 *
 * @param frame the parsed event @param payload the event's text, for raw events
 */
export function parseStreamEvent(frame: unknown, payload: string): AccountEvent[] {
  if (typeof frame !== 'object' || frame === null || Array.isArray(frame)) {
    return [raw('unknown', payload, 'the frame is not an event')]
  }
  const event: RawEvent = frame
  try {
    switch (event.e) {
      case 'ORDER_TRADE_UPDATE':
        return [parseOrderUpdate(event)]
      case 'ACCOUNT_UPDATE':
        return parseAccountUpdate(event, payload)
      case 'ALGO_UPDATE':
        return parseAlgoUpdate(event)
      case 'TRADE_LITE':
        return []
      case 'listenKeyExpired':
        return [raw('listenKeyExpired', JSON.stringify({ ...event, listenKey: '[redacted]' }), null)]
      default:
        return [raw(nameOf(event), payload, keptRaw.has(event.e) ? null : 'the event is not known')]
    }
  } catch (error) {
    return [raw(nameOf(event), payload, problemOf(error))]
  }
}

/**
 * ACCOUNT_UPDATE lists the assets and positions that changed, with absolute values.
 * `{"e":"ACCOUNT_UPDATE","E":…,"T":…,"a":{"m":"ORDER","B":[{"a":"USDT","wb":"10231.88120000",…}],"P":[{"s":"BTCUSDT","pa":"0.008",…}]}}`
 */
function parseAccountUpdate(event: RawEvent, payload: string): AccountEvent[] {
  const a: RawAccountUpdate = object(event.a, 'a')
  const updateTime = time(event.T ?? event.E, 'T')
  const events: AccountEvent[] = []
  let problem: string | null = null
  const read = (make: () => AccountEvent) => {
    try {
      events.push(make())
    } catch (error) {
      problem ??= problemOf(error)
    }
  }
  for (const entry of list(a.B, 'B')) read(() => ({ kind: 'balance', balance: parseBalanceUpdate(entry, updateTime) }))
  for (const entry of list(a.P, 'P'))
    read(() => ({ kind: 'position', position: parsePositionUpdate(entry, updateTime) }))
  // One bad entry does not take the good ones with it, but the frame is kept.
  if (problem !== null) events.push(raw('ACCOUNT_UPDATE', payload, problem))
  return events
}

/** The fill a TRADE_LITE event announces; null for any other event. Never throws. */
export function tradeLiteOf(frame: unknown): AnnouncedTrade | null {
  if (typeof frame !== 'object' || frame === null) return null
  const { e, s, i, t }: RawEvent & RawOrderUpdate = frame
  if (e !== 'TRADE_LITE' || typeof s !== 'string') return null
  const orderId = idOrNull(i)
  const tradeId = idOrNull(t)
  return orderId === null || tradeId === null ? null : { symbol: s, order_id: orderId, trade_id: tradeId }
}

/** Rows of a REST answer; a misshapen row is kept raw. Never throws. */
export function parseRows(
  eventType: string,
  rows: readonly unknown[],
  read: (row: unknown) => AccountEvent[],
): AccountEvent[] {
  return rows.flatMap((row) => {
    try {
      return read(row)
    } catch (error) {
      return [raw(eventType, JSON.stringify(row) ?? '', problemOf(error))]
    }
  })
}

function raw(eventType: string, payload: string, problem: string | null): AccountEvent {
  return { kind: 'raw', event_type: eventType, payload, problem }
}

function nameOf(event: RawEvent): string {
  return textOrNull(event.e)?.slice(0, 64) ?? 'unknown'
}

/** Only our own words: a surprise's message might quote what it choked on. */
function problemOf(error: unknown): string {
  return error instanceof ShapeError ? error.message : 'the payload could not be read'
}
