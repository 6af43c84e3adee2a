import { describe, expect, it } from 'vitest'
import { holdRows } from './steady-rows.ts'

const row = (id: number, status: string) => ({ id, status })
const idOf = (item: { id: number }) => item.id

describe('rows under the pointer', () => {
  it('keep their places while others arrive and leave, and still say what is new', () => {
    const all = [row(4, 'open'), row(3, 'filled'), row(2, 'filled'), row(1, 'open')]
    const listed = all.filter(({ status }) => status === 'open')
    const find = (id: number) => all.find((item) => item.id === id)
    expect(holdRows(listed, [3, 2, 1], idOf, find)).toEqual([row(3, 'filled'), row(2, 'filled'), row(1, 'open')])
  })

  it('are dropped only when nothing is known of them any more', () => {
    expect(holdRows([row(1, 'open')], [2, 1], idOf, () => undefined)).toEqual([row(1, 'open')])
  })
})
