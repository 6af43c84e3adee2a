import type { AccountEvent } from '@tradercoin/protocol'
import { parseJson } from '../transport/json.ts'
import { mutateText, mutateValue } from './mutate.suite.ts'
import { Random } from './random.suite.ts'
import { problemWith } from './valid-event.suite.ts'

/** One venue's way from the text of a frame to events. */
export interface FuzzTarget {
  name: string
  /** Frames as the venue sends them. */
  frames: readonly string[]
  /** What the private stream makes of a frame: never throws. */
  read(text: string): AccountEvent[]
  /** Lists inside a frame whose rows stand for themselves; empty where it has none. */
  rows(frame: unknown): unknown[][]
  /** Whether a frame may be passed over without an event, such as an answer, or an announcement of what follows. */
  isSilent(frame: unknown): boolean
}

export interface FuzzSummary {
  name: string
  frames: number
  /** Frames that told nothing, as they may: answers, announcements, empty lists. */
  silent: number
  /** Records read, by kind. */
  records: number
  /** Frames and rows that were kept as they came. */
  kept: number
  /** Frames of which one row was broken and all others were read. */
  isolated: number
  ms: number
}

/** What a venue could send that the adapter does not stand; repeat it with the seed. */
export class FuzzFailure extends Error {
  constructor(target: string, seed: number, index: number, why: string, text: string) {
    super(
      `${target}: frame ${index} of seed ${seed}: ${why}\n${text.slice(0, 2_000)}\nrepeat: npm run fuzz -- --venue "${target}" --seed ${seed} --frames ${index + 1}`,
    )
  }
}

/** Throws FuzzFailure for the first frame that breaks a promise. The same seed gives the same frames. */
export function fuzz(target: FuzzTarget, frames: number, seed: number): FuzzSummary {
  const random = new Random(seed)
  const from = performance.now()
  const summary: FuzzSummary = { name: target.name, frames, silent: 0, records: 0, kept: 0, isolated: 0, ms: 0 }
  const withRows = target.frames.filter((text) => target.rows(parseJson(text)).length > 0)
  for (let index = 0; index < frames; index++) {
    const fail = (why: string, text: string): never => {
      throw new FuzzFailure(target.name, seed, index, why, text)
    }
    if (withRows.length > 0 && random.chance(0.2)) {
      const { broken, healthy } = breakOneRow(target, random.pick(withRows), random)
      const events = checked(target, broken, fail, summary)
      const missing = notAmong(events, healthy)
      if (missing !== undefined) fail(`a healthy row was lost: ${missing}`, broken)
      summary.isolated += 1
    } else checked(target, mutant(random.pick(target.frames), random), fail, summary)
  }
  summary.ms = Math.round(performance.now() - from)
  return summary
}

function mutant(text: string, random: Random): string {
  if (random.chance(0.25)) return mutateText(text, random)
  let value = JSON.parse(text)
  for (let changes = 1 + random.int(3); changes > 0; changes--) value = mutateValue(value, random)
  const changed = JSON.stringify(value) ?? 'null'
  return random.chance(0.05) ? mutateText(changed, random) : changed
}

/** Reads a frame and holds what comes out against the promises. */
function checked(
  target: FuzzTarget,
  text: string,
  fail: (why: string, text: string) => never,
  summary: FuzzSummary,
): AccountEvent[] {
  let events: AccountEvent[]
  try {
    events = target.read(text)
  } catch (error) {
    return fail(`it threw ${error instanceof Error ? error.stack : String(error)}`, text)
  }
  for (const event of events) {
    const problem = problemWith(event)
    if (problem !== null) fail(`${event.kind}: ${problem}\n${JSON.stringify(event).slice(0, 1_000)}`, text)
    if (event.kind === 'raw') summary.kept += 1
    else summary.records += 1
  }
  if (events.length === 0) {
    const frame = parsed(text)
    if (frame === undefined || !target.isSilent(frame)) fail('nothing was told of it', text)
    summary.silent += 1
  }
  return events
}

function parsed(text: string): unknown {
  try {
    return parseJson(text)
  } catch {
    return undefined
  }
}

/** A frame of several rows of which one is broken, and what the others say by themselves. */
function breakOneRow(target: FuzzTarget, text: string, random: Random): { broken: string; healthy: AccountEvent[] } {
  const value = JSON.parse(text)
  const rows = random.pick(target.rows(value))
  const [sample] = rows
  const sound = Array.from({ length: 1 + random.int(3) }, () => structuredClone(random.pick(rows)))
  rows.splice(0, rows.length, ...sound)
  const healthy = target.read(JSON.stringify(value)).filter(({ kind }) => kind !== 'raw')
  rows.splice(random.int(rows.length + 1), 0, mutateValue(structuredClone(sample) as never, random))
  return { broken: JSON.stringify(value), healthy }
}

/** The first of `wanted` that is not among `events`, each counted as often as it is there. */
function notAmong(events: AccountEvent[], wanted: AccountEvent[]): string | undefined {
  const left = events.map((event) => JSON.stringify(event))
  for (const event of wanted.map((each) => JSON.stringify(each))) {
    const at = left.indexOf(event)
    if (at < 0) return event
    left.splice(at, 1)
  }
  return undefined
}
