import { vi } from 'vitest'

/** Waits until `check` no longer throws. Longer than vitest's own second: the machine may be busy with other tests. */
export const eventually = (check: () => void) => vi.waitFor(check, { timeout: 10_000, interval: 10 })
