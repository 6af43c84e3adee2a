import { readdirSync, readFileSync } from 'node:fs'
import { parseJson } from '../transport/json.ts'
import { type OkxInstrument, parseInstruments } from './instruments.ts'

const folder = new URL('./fixtures/', import.meta.url)

/** A payload as the venue sends it: its text, and the text as the adapter reads it. */
export function fixture(name: string): { text: string; frame: unknown } {
  const text = readFileSync(new URL(`${name}.json`, folder), 'utf8').trim()
  return { text, frame: parseJson(text) }
}

export function fixtureNames(): string[] {
  return readdirSync(folder).map((file) => file.replace('.json', ''))
}

/** The instruments that the other fixtures speak of. */
const known = new Map(
  parseInstruments(fixture('rest-instruments').frame as unknown[]).map((each) => [each.instrument.symbol, each]),
)

export function findInstrument(instId: string): OkxInstrument | undefined {
  return known.get(instId)
}

export function instrumentNamed(instId: string): OkxInstrument {
  const found = known.get(instId)
  if (found === undefined) throw new Error(`no fixture of ${instId}`)
  return found
}
