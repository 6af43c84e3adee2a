import type { AccountEvent } from '@tradercoin/protocol'
import type { FuzzTarget } from '../fuzz/fuzz.suite.ts'
import { parseJson } from '../transport/json.ts'
import { parsePush } from './parse.ts'
import { findInstrument, fixture, fixtureNames } from './test-fixtures.ts'
import type { RawFrame } from './wire.ts'

const fieldsOf = (value: unknown): Record<string, unknown> =>
  typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : {}
const isEmpty = (value: unknown) =>
  value === undefined || value === null || (Array.isArray(value) && value.length === 0)

function read(text: string): AccountEvent[] {
  let frame: unknown
  try {
    frame = parseJson(text)
  } catch {
    return [{ kind: 'raw', event_type: 'unknown', payload: text, problem: 'the frame is not JSON' }]
  }
  return isControl(frame) ? [] : parsePush(frame, text, findInstrument).events
}

/** Answers to what the stream asks, and what the venue says of the line itself. */
function isControl(frame: unknown): boolean {
  const { event, op } = fieldsOf(frame)
  return typeof event === 'string' || op !== undefined
}

/** Lists whose rows stand for themselves: orders, positions, currencies. */
function rows(frame: unknown): unknown[][] {
  const { data } = fieldsOf(frame)
  const channel = channelOf(frame)
  if (!Array.isArray(data) || data.length === 0) return []
  const inner = channel === 'account' ? fieldsOf(data[0]).details : null
  if (channel === 'account') return Array.isArray(inner) && inner.length > 0 ? [inner] : []
  return channel === 'balance_and_position' ? [] : [data]
}

const channelOf = (frame: unknown) => fieldsOf((fieldsOf(frame) as RawFrame).arg).channel

/** An account without coins, no positions, a change of the wallet alone: told and without consequence. */
function isSilent(frame: unknown): boolean {
  const { data } = fieldsOf(frame)
  if (isControl(frame)) return true
  if (!Array.isArray(data)) return false
  if (data.length === 0) return true
  const inner = channelOf(frame) === 'account' ? 'details' : 'posData'
  const isAccount = channelOf(frame) === 'account' || channelOf(frame) === 'balance_and_position'
  return isAccount && data.every((row) => typeof row === 'object' && row !== null && isEmpty(fieldsOf(row)[inner]))
}

/** Pushes of the private channels, as they are among the fixtures. */
export const okxFuzzTarget: FuzzTarget = {
  name: 'okx',
  frames: fixtureNames()
    .filter((name) => channelOf(fixture(name).frame) !== undefined)
    .map((name) => fixture(name).text),
  read,
  rows,
  isSilent,
}
