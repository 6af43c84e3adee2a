import { readdirSync, readFileSync } from 'node:fs'
import { parseJson } from '../../transport/json.ts'

const folder = new URL('./fixtures/', import.meta.url)

/** A payload as the venue sends it: its text, and the value as the adapter reads it. */
export function fixture(name: string): { text: string; value: unknown } {
  const text = readFileSync(new URL(`${name}.json`, folder), 'utf8').trim()
  return { text, value: parseJson(text) }
}

export function fixtureNames(): string[] {
  return readdirSync(folder).map((file) => file.replace('.json', ''))
}
