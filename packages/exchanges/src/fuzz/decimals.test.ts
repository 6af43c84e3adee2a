import { randomInt } from 'node:crypto'
import { addDecimal, decimalSchema, normaliseDecimal } from '@tradercoin/protocol'
import { expect, test } from 'vitest'
import { decimalOrNull } from '../fields.ts'
import { parseJson } from '../transport/json.ts'
import { Random } from './random.suite.ts'

const seed = Number(process.env.FUZZ_SEED ?? randomInt(2 ** 32 - 1))
const count = 1_000_000

/** A number in its one plain spelling, of up to 60 digits. */
function plain(random: Random): string {
  const whole = random.chance(0.2) ? '0' : random.digits(1 + random.int(random.chance(0.1) ? 30 : 9))
  const fraction = random.chance(0.2)
    ? ''
    : random.digits(1 + random.int(random.chance(0.1) ? 28 : 10)).replace(/0+$/, '')
  const sign = random.chance(0.2) && (whole !== '0' || fraction !== '') ? '-' : ''
  return sign + whole + (fraction === '' ? '' : `.${fraction}`)
}

/** The same number as a venue may write it. */
function asWritten(text: string, random: Random): string {
  switch (random.int(4)) {
    case 0:
      return text.includes('.') ? `${text}000` : `${text}.00000000`
    case 1:
      return text.replace(/^(-?)0\./, '$1.')
    case 2: {
      const [whole = '0', fraction = ''] = text.split('.')
      return `${whole}${fraction}E${-fraction.length}`
    }
    default:
      return text
  }
}

test(`1,000,000 random decimals come through as they were (FUZZ_SEED repeats seed ${seed})`, {
  timeout: 60_000,
}, () => {
  const random = new Random(seed)
  for (let index = 0; index < count; index++) {
    const number = plain(random)
    const written = asWritten(number, random)
    const read = decimalOrNull(written)
    // Venue's text, adapter, and what the ledger and a tab make of it: JSON, and a sum.
    if (read !== number) expect(read, `${written} of seed ${seed}`).toBe(number)
    const sent = parseJson(JSON.stringify({ read })) as { read: string }
    const there = [sent.read, normaliseDecimal(sent.read), addDecimal(sent.read, '0')]
    if (there.some((text) => text !== number))
      expect(there, `${written} of seed ${seed}`).toEqual([number, number, number])
    if (index % 10 === 0 && !decimalSchema.safeParse(number).success) expect.unreachable(number)
  }
})
