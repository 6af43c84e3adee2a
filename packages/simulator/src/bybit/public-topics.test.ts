import { describe, expect, it } from 'vitest'
import { sideChanges } from './public-topics.ts'

describe('changes of one side of a book', () => {
  const before = new Map([
    ['100', '1'],
    ['99', '2'],
    ['98', '3'],
  ])
  const untouched = () => false

  it('are new and changed sizes, and zero for what is gone', () => {
    const now: [string, string][] = [
      ['100', '1'],
      ['99.5', '4'],
      ['99', '5'],
    ]
    expect(sideChanges(before, now, untouched)).toEqual([
      ['99.5', '4'],
      ['99', '5'],
      ['98', '0'],
    ])
  })

  it('name a level that was taken and refilled in between', () => {
    expect(sideChanges(before, [...before], untouched)).toEqual([])
    expect(sideChanges(before, [...before], (price) => price === '99')).toEqual([['99', '2']])
  })
})
