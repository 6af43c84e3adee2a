import { buildCode } from './setup/build.mjs'
import { install } from './setup/install.mjs'
import { runShown } from './setup/run.mjs'

/* npm run check: format, lint, types and the rules of the house; all of it, so that one run shows every problem. */

await install()
await buildCode()
const node = process.execPath
const checks = [
  ['format and lint', ['node_modules/@biomejs/biome/bin/biome', 'ci', '--error-on-warnings', '.']],
  ['types', ['node_modules/typescript/bin/tsc', '-p', 'tsconfig.json', '--noEmit']],
  ['types of the web pages', ['node_modules/typescript/bin/tsc', '-p', 'frontend/tsconfig.json', '--noEmit']],
  ['house rules', ['scripts/check-rules.mjs']],
]
const failed = []
for (const [title, args] of checks) {
  process.stdout.write(`· ${title}\n`)
  if ((await runShown(node, args)) !== 0) failed.push(title)
}
process.stdout.write(failed.length === 0 ? '✓ all checks passed\n' : `✗ failed: ${failed.join(', ')}\n`)
process.exitCode = failed.length === 0 ? 0 : 1
