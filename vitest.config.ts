import { availableParallelism } from 'node:os'
import { defineConfig } from 'vitest/config'

export default defineConfig({
  resolve: { conditions: ['tradercoin-source'] },
  ssr: { resolve: { conditions: ['tradercoin-source', 'module', 'node', 'development|production'] } },
  test: {
    include: [
      'packages/*/{src,test}/**/*.test.ts',
      'backend/{src,test}/**/*.test.ts',
      'scripts/**/*.test.ts',
      'frontend/src/**/*.test.ts',
    ],
    testTimeout: 20_000,
    hookTimeout: 30_000,
    pool: 'forks',
    // Most of these tests wait for sockets and clocks: one worker would leave a machine of two cores half idle.
    maxWorkers: Math.max(2, availableParallelism() - 1),
    // The contract suite's table comes before the summary.
    reporters: ['./scripts/contract-table.mjs', 'default'],
  },
})
