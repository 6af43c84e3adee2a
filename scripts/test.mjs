import { readFileSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { buildCode, buildWeb } from './setup/build.mjs'
import { findOrInstallChromium } from './setup/chromium.mjs'
import { install } from './setup/install.mjs'
import { root } from './setup/root.mjs'
import { runShown } from './setup/run.mjs'

/* npm test: set up what the tests need, run all of them, close with one line that counts them. */

await install()
await buildCode()
await buildWeb()
const chromium = await findOrInstallChromium()

const runs = [
  ['unit, property and integration', 'vitest.config.ts'],
  ['end to end, in Chromium', 'vitest.e2e.config.ts'],
]
const total = { passed: 0, failed: 0, skipped: 0 }
for (const [title, config] of runs) {
  process.stdout.write(`\n— ${title} —\n`)
  const report = join(root, '.cache', `${config}.json`)
  rmSync(report, { force: true })
  const args = [
    'node_modules/vitest/vitest.mjs',
    'run',
    '--config',
    config,
    '--reporter=./scripts/contract-table.mjs',
    '--reporter=default',
    '--reporter=json',
    `--outputFile.json=${report}`,
  ]
  const code = await runShown(process.execPath, args, {
    env: { ...process.env, CHROMIUM_PATH: chromium, NO_COLOR: '1' },
  })
  const counts = readCounts(report)
  total.passed += counts.passed
  total.failed += counts.failed + (code !== 0 && counts.failed === 0 ? 1 : 0)
  total.skipped += counts.skipped
}
const skipped = total.skipped > 0 ? `, ${total.skipped} skipped` : ''
process.stdout.write(`\nTests: ${total.passed} passed, ${total.failed} failed${skipped}\n`)
process.exitCode = total.failed > 0 || total.passed === 0 ? 1 : 0

/** A run that died without a report counts as one failure. */
function readCounts(report) {
  try {
    const { numPassedTests, numFailedTests, numPendingTests, numTodoTests } = JSON.parse(readFileSync(report, 'utf8'))
    return { passed: numPassedTests, failed: numFailedTests, skipped: numPendingTests + numTodoTests }
  } catch {
    return { passed: 0, failed: 0, skipped: 0 }
  }
}
