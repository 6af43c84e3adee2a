import { readdirSync, readFileSync } from 'node:fs'
import type { AccountEvent } from '@tradercoin/protocol'
import { readFrame as readFuturesFrame } from '../binance/futures/frame.ts'
import { parseStreamEvent as parseFuturesEvent } from '../binance/futures/parse.ts'
import { parseStreamEvent as parseSpotEvent } from '../binance/spot/parse.ts'
import { okxFuzzTarget } from '../okx/fuzz-target.suite.ts'
import { parseJson } from '../transport/json.ts'
import type { FuzzTarget } from './fuzz.suite.ts'

/** Frames of the private stream among a venue's fixtures: not its answers to queries. */
function streamFrames(folder: string, isFrame: (name: string) => boolean): string[] {
  const url = new URL(`../${folder}/fixtures/`, import.meta.url)
  return readdirSync(url)
    .filter((file) => isFrame(file.replace('.json', '')))
    .map((file) => readFileSync(new URL(file, url), 'utf8').trim())
}

const fields = (value: unknown): Record<string, unknown> =>
  typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : {}
const lists = (...values: unknown[]): unknown[][] =>
  values.filter((value): value is unknown[] => Array.isArray(value) && value.length > 0)
const isEmptyList = (value: unknown) =>
  value === undefined || value === null || (Array.isArray(value) && value.length === 0)

/** What a stream keeps of a frame that is no JSON. */
function unreadable(payload: string): AccountEvent[] {
  return [{ kind: 'raw', event_type: 'unknown', payload, problem: 'the frame is not JSON' }]
}

function readJson(text: string, read: (frame: unknown) => AccountEvent[]): AccountEvent[] {
  let frame: unknown
  try {
    frame = parseJson(text)
  } catch {
    return unreadable(text)
  }
  return read(frame)
}

const notRest = (name: string) => !name.startsWith('rest-') && name !== 'exchange-info'

export const fuzzTargets: readonly FuzzTarget[] = [
  {
    name: 'binance spot',
    frames: streamFrames('binance/spot', notRest),
    read: (text) => readJson(text, (frame) => parseSpotEvent(frame, text)),
    rows: (frame) => (fields(frame).e === 'outboundAccountPosition' ? lists(fields(frame).B) : []),
    isSilent: (frame) => fields(frame).e === 'outboundAccountPosition' && isEmptyList(fields(frame).B),
  },
  {
    name: 'binance futures',
    frames: streamFrames('binance/futures', notRest),
    read(text) {
      const { frame, payload } = readFuturesFrame(text)
      return parseFuturesEvent(frame, payload)
    },
    rows: (frame) =>
      fields(frame).e === 'ACCOUNT_UPDATE' ? lists(fields(fields(frame).a).B, fields(fields(frame).a).P) : [],
    // A TRADE_LITE announces the report that follows.
    isSilent(frame) {
      const { e, a } = fields('data' in fields(frame) && 'stream' in fields(frame) ? fields(frame).data : frame)
      const { B, P } = fields(a)
      return e === 'TRADE_LITE' || (e === 'ACCOUNT_UPDATE' && isEmptyList(B) && isEmptyList(P))
    },
  },
  okxFuzzTarget,
]
