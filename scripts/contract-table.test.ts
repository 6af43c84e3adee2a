import { expect, test } from 'vitest'
import { contractTable } from './contract-table.mjs'

const play = (card: string, column: string, state = 'passed', offered = true) => ({
  card,
  title: `what ${card} says`,
  column,
  offered,
  state,
})

test('one row a card in the order of their numbers, one column a venue and mode, and the sum', () => {
  const plays = [
    play('C100', 'okx spot'),
    play('C20', 'okx spot', 'failed'),
    play('C20', 'binance futures'),
    play('C20', 'binance spot', 'passed', false),
    play('C100', 'binance spot', 'skipped'),
  ]
  expect(contractTable(plays).split('\n')).toEqual([
    'card                 binance spot  binance futures  okx spot',
    'C20  what C20 says   n/o           ok               FAIL',
    'C100 what C100 says  -             -                ok',
    'contract: 2 cards × 3 = 2 ok, 1 not offered, 1 failed',
  ])
})

test('a run without contract tests has no table', () => {
  expect(contractTable([])).toBe('')
  expect(contractTable([play('C20', 'okx spot', 'skipped')])).toBe('')
})
