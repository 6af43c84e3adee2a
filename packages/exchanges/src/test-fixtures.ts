import { readdirSync, readFileSync } from 'node:fs'
import { parseJson } from './transport/json.ts'

/** The payloads of a folder as the venue sends them, one a file: the text of each, and the value as the adapter reads it. */
export function fixturesIn(folder: URL) {
  return {
    fixture(name: string): { text: string; value: unknown } {
      const text = readFileSync(new URL(`${name}.json`, folder), 'utf8').trim()
      return { text, value: parseJson(text) }
    },
    fixtureNames: (): string[] => readdirSync(folder).map((file) => file.replace('.json', '')),
  }
}
