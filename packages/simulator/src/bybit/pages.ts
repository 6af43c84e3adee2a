import { badParameter } from './errors.ts'
import type { Params } from './params.ts'

const DAY = 86_400_000
export const WEEK = 7 * DAY

/** A window of at most seven days: the last seven, or seven from the start, or seven up to the end. */
export function weekWindow(params: Params, now: number): { from: number; to: number } {
  const start = params.integer('startTime')
  const end = params.integer('endTime')
  if (start !== undefined && end !== undefined) {
    if (end < start) throw badParameter('startTime should be less than endTime')
    if (end - start > WEEK) throw badParameter('The time range between startTime and endTime cannot exceed 7 days')
    return { from: start, to: end }
  }
  if (start !== undefined) return { from: start, to: start + WEEK }
  const to = end ?? now
  return { from: to - WEEK, to }
}

/** Newest first, and among those of one instant by the second key. */
export interface Placed {
  time: number
  key: string
}

function compare(a: Placed, b: Placed): number {
  return b.time - a.time || (a.key < b.key ? 1 : a.key > b.key ? -1 : 0)
}

/**
 * One page of rows, newest first. The cursor names the last row of the page before, already URL-encoded; a full page
 * has one even when nothing follows.
 */
export function pageOf<T extends Placed>(rows: T[], params: Params, limit: number): { page: T[]; cursor: string } {
  const sorted = rows.sort(compare)
  const after = readCursor(params.text('cursor'))
  const start = after ? sorted.findIndex((row) => compare(after, row) < 0) : 0
  const page = start < 0 ? [] : sorted.slice(start, start + limit)
  const last = page.at(-1)
  const cursor = last && page.length === limit ? encodeURIComponent(`${last.key}:${last.time}`) : ''
  return { page, cursor }
}

function readCursor(text: string | undefined): Placed | undefined {
  if (text === undefined) return undefined
  let plain = text
  try {
    // Some clients encode the encoded cursor once more.
    while (plain.includes('%')) plain = decodeURIComponent(plain)
  } catch {
    throw badParameter('cursor invalid')
  }
  const found = /^(.+):(\d{1,15})$/.exec(plain)
  if (!found) throw badParameter('cursor invalid')
  return { key: found[1] as string, time: Number(found[2]) }
}
