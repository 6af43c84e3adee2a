import type { AccountEvent } from '@tradercoin/protocol'
import { list, object, ShapeError, textOrNull, timeOrNull } from '../fields.ts'
import { problemOf, rawEvent } from '../raw-event.ts'
import { refusalText } from './errors.ts'
import type { InstrumentName } from './instrument-book.ts'
import { parseBalance, parsePosition } from './parse-account.ts'
import { parseAlgo } from './parse-algo.ts'
import { type FindInstrument, OtherProduct, parseOrderPush, UnknownInstrument } from './parse-order.ts'
import { isOurRequestId } from './request-id.ts'
import type { RawAccount, RawBalanceAndPosition, RawFrame, RawOrder } from './wire.ts'

/** A push in our records. */
export interface ParsedPush {
  events: AccountEvent[]
  /** Instruments without which rows of the push could not be read: to be learnt, and the push read again. */
  unknown: InstrumentName[]
}

type Reader = (row: unknown, find: FindInstrument) => AccountEvent[]

const readers = new Map<string, Reader>([
  ['orders', readOrder],
  ['orders-algo', readAlgo],
  ['algo-advance', readAlgo],
  ['positions', (row, find) => [{ kind: 'position', position: parsePosition(row, find, null) }]],
])

function readOrder(row: unknown, find: FindInstrument): AccountEvent[] {
  const event = parseOrderPush(row, find)
  const { amendResult, reqId, code, msg }: RawOrder = object(row, 'order')
  if (amendResult !== '-1') return [event]
  // One that someone else asked for is no news of an order's record.
  if (!isOurRequestId(reqId)) return [event, rawEvent('amend_failed', JSON.stringify(row), null)]
  const { trading_mode, symbol, order_id, update_time } = event.order
  const reason = refusalText({ code, msg })
  return [event, { kind: 'amend_refused', refusal: { trading_mode, symbol, order_id, reason, time: update_time } }]
}

function readAlgo(row: unknown, find: FindInstrument): AccountEvent[] {
  const { order, is_known_state } = parseAlgo(row, find)
  const event: AccountEvent = { kind: 'order', order, execution: null }
  return is_known_state
    ? [event]
    : [event, rawEvent('orders-algo', JSON.stringify(row), 'unknown state of an algo order')]
}

/**
 * A push of a private channel, `{"arg":{"channel":"orders",…},"data":[…]}`, in our records; what is unknown or misshapen is kept raw, and
 * one bad row does not take the good ones with it. Pure, never throws.
 *
 * @param frame the parsed push @param payload its text, for raw events
 */
export function parsePush(frame: unknown, payload: string, find: FindInstrument): ParsedPush {
  const channel = channelOf(frame)
  if (channel === null) return { events: [rawEvent('unknown', payload, 'the frame is not a push')], unknown: [] }
  const parsed: ParsedPush = { events: [], unknown: [] }
  const problems: string[] = []
  let isOther = false
  const read = (make: () => AccountEvent[]) => {
    try {
      parsed.events.push(...make())
    } catch (error) {
      if (error instanceof OtherProduct) isOther = true
      else problems.push(problemOf(error))
      if (error instanceof UnknownInstrument) parsed.unknown.push(error.instrument)
    }
  }
  read(() => {
    for (const row of rowsOf((frame as RawFrame).data, 'data')) readRow(channel, row, find, read)
    return []
  })
  if (problems[0] !== undefined) parsed.events.push(rawEvent(channel, payload, problems[0]))
  else if (isOther) parsed.events.push(rawEvent(channel, payload, null))
  return parsed
}

function readRow(channel: string, row: unknown, find: FindInstrument, read: (make: () => AccountEvent[]) => void) {
  const reader = readers.get(channel)
  if (reader !== undefined) return read(() => reader(row, find))
  read(() => {
    if (channel === 'account') {
      const account: RawAccount = object(row, 'account')
      const toldAt = timeOrNull(account.uTime)
      for (const entry of rowsOf(account.details, 'details')) {
        read(() => [{ kind: 'balance', balance: parseBalance(entry, toldAt) }])
      }
      return []
    }
    if (channel === 'balance_and_position') {
      // Its cash balance is not the equity that the account channel tells, at the same moment and with what is frozen.
      const { posData }: RawBalanceAndPosition = object(row, 'balance_and_position')
      for (const entry of list(posData, 'posData')) {
        read(() => [{ kind: 'position', position: parsePosition(entry, find, null) }])
      }
      return []
    }
    throw new OtherProduct('a channel that was not asked for')
  })
}

/** A list that must be there, be it empty. Throws ShapeError. */
function rowsOf(value: unknown, name: string): readonly unknown[] {
  if (!Array.isArray(value)) throw new ShapeError(`${name} is not a list`)
  return value
}

function channelOf(frame: unknown): string | null {
  if (typeof frame !== 'object' || frame === null) return null
  const { arg, data }: RawFrame = frame
  if (typeof arg !== 'object' || arg === null || data === undefined) return null
  return textOrNull((arg as { channel?: unknown }).channel)?.slice(0, 64) ?? null
}
