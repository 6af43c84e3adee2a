import type { Clock } from '../transport/clock.ts'

/* The id of an amendment: the venue repeats it in the push that answers, which so tells ours from another program's. */

/** A fresh one for each amendment: by it the venue tells repeats of its answer. */
export function newRequestId(clock: Clock): string {
  const half = () =>
    Math.floor(clock.random() * 36 ** 6)
      .toString(36)
      .padStart(6, '0')
  return `tc${half()}${half()}`
}

export function isOurRequestId(id: unknown): boolean {
  return typeof id === 'string' && /^tc[0-9a-z]{12}$/.test(id)
}
