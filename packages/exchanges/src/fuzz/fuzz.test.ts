import { randomInt } from 'node:crypto'
import { expect, test } from 'vitest'
import { fuzz } from './fuzz.suite.ts'
import { fuzzTargets } from './targets.suite.ts'

const seed = Number(process.env.FUZZ_SEED ?? randomInt(2 ** 32 - 1))

test.each(fuzzTargets)('50,000 mutated frames of $name (FUZZ_SEED repeats a seed)', { timeout: 60_000 }, (target) => {
  const summary = fuzz(target, 50_000, seed)
  console.log(`fuzz: seed ${seed}, ${JSON.stringify(summary)}`)
  // Most frames stay readable, and much of what is broken is only a row.
  expect(summary.records).toBeGreaterThan(5_000)
  expect(summary.kept).toBeGreaterThan(5_000)
})

test('a seed repeats its frames', () => {
  const target = fuzzTargets[0]
  if (target === undefined) return expect.unreachable()
  const counts = () => ({ ...fuzz(target, 500, 7), ms: 0 })
  expect(counts()).toEqual(counts())
})
