import { defineConfig } from 'vitest/config'

/** The whole system as a person meets it: the built hub, the paper exchange and Chromium. One file at a time: two cores. */
export default defineConfig({
  test: {
    include: ['e2e/**/*.test.ts'],
    testTimeout: 120_000,
    hookTimeout: 120_000,
    fileParallelism: false,
    pool: 'forks',
  },
})
