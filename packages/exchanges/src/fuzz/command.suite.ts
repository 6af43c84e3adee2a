import { randomInt } from 'node:crypto'
import { parseArgs } from 'node:util'
import { FuzzFailure, type FuzzSummary, fuzz } from './fuzz.suite.ts'
import { fuzzTargets } from './targets.suite.ts'

/* npm run fuzz -- --frames 1000000 [--seed N] [--venue "okx"]: mutated frames through every venue's parser, and what became of them. */

const { values } = parseArgs({
  options: {
    frames: { type: 'string', default: '1000000' },
    seed: { type: 'string' },
    venue: { type: 'string' },
  },
})
const wholeNumber = (name: string, text: string): number => {
  if (!/^\d{1,12}$/.test(text)) throw new RangeError(`--${name} takes a whole number`)
  return Number.parseInt(text, 10)
}
const frames = wholeNumber('frames', values.frames)
const seed = values.seed === undefined ? randomInt(2 ** 32 - 1) : wholeNumber('seed', values.seed)
const targets = fuzzTargets.filter(({ name }) => name.startsWith(values.venue ?? ''))
if (targets.length === 0) throw new RangeError(`--venue is one of ${fuzzTargets.map(({ name }) => name).join(', ')}`)

console.log(`seed ${seed}, ${frames} frames a venue\n`)
const columns = ['records', 'kept', 'isolated', 'silent', 'ms'] as const
const line = (name: string, cells: readonly (string | number)[]) =>
  `${name.padEnd(18)}${cells.map((cell) => String(cell).padStart(12)).join('')}`
console.log(line('venue', ['frames', ...columns]))
for (const target of targets) {
  try {
    const summary: FuzzSummary = fuzz(target, frames, seed)
    console.log(line(target.name, [summary.frames, ...columns.map((column) => summary[column])]))
  } catch (error) {
    if (!(error instanceof FuzzFailure)) throw error
    console.error(error.message)
    process.exitCode = 1
  }
}
