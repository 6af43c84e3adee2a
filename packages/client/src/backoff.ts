/** The first retry comes within this time. */
export const firstRetryMs = 250
export const longestRetryMs = 30_000

/**
 * How long to wait before the given attempt (1 is the first retry): exponential with full jitter, from 0 up to
 * min(30 s, 250 ms × 2^(attempt - 1)). `random` is from 0 up to 1.
 */
export function retryDelayMs(attempt: number, random: number): number {
  return Math.floor(random * Math.min(longestRetryMs, firstRetryMs * 2 ** Math.min(attempt - 1, 16)))
}
