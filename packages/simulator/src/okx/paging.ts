import { badParameter } from './errors.ts'
import type { Params } from './params.ts'

const MOST = 100

export function newestFirst<T>(rows: T[], idOf: (row: T) => bigint): T[] {
  return rows
    .map((row) => ({ row, id: idOf(row) }))
    .sort((a, b) => (a.id > b.id ? -1 : 1))
    .map(({ row }) => row)
}

/** `after` is the id to go back from, `before` the id to come up to; `begin` and `end` bound the time. Rows come newest first. */
export function page<T>(rows: T[], params: Params, idOf: (row: T) => bigint, timeOf: (row: T) => number): T[] {
  const after = params.id('after')
  const before = params.id('before')
  const begin = params.integer('begin')
  const end = params.integer('end')
  const limit = params.integer('limit') ?? MOST
  if (limit < 1) throw badParameter('limit')
  const fitting = rows.filter((row) => {
    const id = idOf(row)
    const time = timeOf(row)
    return (
      (after === undefined || id < after) &&
      (before === undefined || id > before) &&
      (begin === undefined || time >= begin) &&
      (end === undefined || time <= end)
    )
  })
  return fitting.slice(0, Math.min(limit, MOST))
}
