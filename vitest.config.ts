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
    // The contract suite's table comes before the summary.
    reporters: ['./scripts/contract-table.mjs', 'default'],
  },
})
