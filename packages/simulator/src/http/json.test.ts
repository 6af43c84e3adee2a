import { describe, expect, it } from 'vitest'
import { parseJsonWithLongIntegers, toJson } from './json.ts'

describe('JSON', () => {
  it('writes bigints as bare integers and everything else as JSON does', () => {
    expect(toJson({ id: 8389766145050669870n, list: [1, 'a"b', null, true], gone: undefined, deep: { x: {} } })).toBe(
      '{"id":8389766145050669870,"list":[1,"a\\"b",null,true],"deep":{"x":{}}}',
    )
  })

  it('reads long integers without losing digits', () => {
    expect(
      parseJsonWithLongIntegers(
        '{"orderId":8389766145050669870,"text":"say \\"8389766145050669870\\"","n":-1.5,"short":12}',
      ),
    ).toEqual({
      orderId: '8389766145050669870',
      text: 'say "8389766145050669870"',
      n: -1.5,
      short: 12,
    })
  })
})
