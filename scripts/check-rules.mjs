import { execFileSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { root } from './setup/root.mjs'

/*
 * What no linter knows: who may import whom, no float on money, time and chance only through the seam, no venue by its name, a clean
 * lockfile.
 */

const problems = []
const files = execFileSync('git', ['ls-files', '-co', '--exclude-standard'], { cwd: root, encoding: 'utf8' })
  .split('\n')
  .filter((path) => /\.(ts|tsx|mts|mjs)$/.test(path))
const isTest = (path) => /\.(test|suite)\.tsx?$|\/test\/|^e2e\/|^bench\//.test(path)

const mayImport = {
  'packages/protocol/': [],
  'packages/exchanges/': ['protocol'],
  'packages/client/': ['protocol'],
  'packages/simulator/': [],
  'backend/': ['exchanges', 'protocol', 'client'],
  'frontend/': ['client', 'protocol'],
}
/** A comparison with a venue's name, or a table by venues' names. Such code asks the venue's description instead. */
const venueByName =
  /\bexchange\b\s*[!=]==?\s*['"`]|['"](binance|okx|bybit)['"]\s*[!=]==?|[!=]==?\s*['"](binance|okx|bybit)['"]|\bcase ['"](binance|okx|bybit)['"]|(^|[{,(\s])['"]?(binance|okx|bybit)(:\w+)?['"]?:\s/
const throughClock = ['packages/exchanges/src/', 'backend/src/accounts/', 'backend/src/ledger/', 'backend/src/hub/']

for (const path of files) {
  let text
  try {
    text = readFileSync(join(root, path), 'utf8')
  } catch {
    continue // deleted in the work tree
  }
  checkImports(path, text)
  text.split('\n').forEach((line, index) => {
    checkLine(path, line, `${path}:${index + 1}`)
  })
}

function checkImports(path, text) {
  const folder = Object.keys(mayImport).find((prefix) => path.startsWith(prefix))
  if (!folder) return
  for (const [, name] of text.matchAll(/from '@tradercoin\/([a-z]+)'/g)) {
    const own = folder === `packages/${name}/` || folder === `${name}/`
    const simulatorInTest = name === 'simulator' && isTest(path) && folder !== 'packages/simulator/'
    if (!own && !simulatorInTest && !mayImport[folder].includes(name))
      problems.push(`${path}: may not import @tradercoin/${name}`)
  }
}

function checkLine(path, line, where) {
  if (isTest(path) || line.trimStart().startsWith('*') || line.trimStart().startsWith('//')) return
  const code = /^(packages\/[a-z]+|backend|frontend)\/src\//.test(path)
  // The simulator keeps house by itself: its money is big.js by type.
  const ours = code && !path.startsWith('packages/simulator/')
  if (ours && /\b(parseFloat|Number)\(/.test(line) && !line.includes('not money: ')) {
    problems.push(`${where}: a float may hold money here; use big.js, or say "not money: what it is" on the line`)
  }
  const knowsVenues = path.startsWith('packages/exchanges/') || path.startsWith('packages/simulator/')
  if (code && !knowsVenues && venueByName.test(line)) {
    problems.push(`${where}: a venue by its name; ask its description (packages/exchanges/src/venue.ts) instead`)
  }
  const seam = path.endsWith('transport/clock.ts')
  if (
    throughClock.some((prefix) => path.startsWith(prefix)) &&
    !seam &&
    /\bDate\.now\(|\bMath\.random\(|\bset(Timeout|Interval)\(/.test(line)
  ) {
    problems.push(`${where}: time and chance come from the Clock`)
  }
  if (code && line.includes('rejectUnauthorized')) problems.push(`${where}: certificates are always checked`)
}

if (/"resolved": "http/.test(readFileSync(join(root, 'package-lock.json'), 'utf8'))) {
  problems.push('package-lock.json: names a registry host; install with omit-lockfile-registry-resolved')
}

for (const problem of problems) process.stderr.write(`  ${problem}\n`)
process.exitCode = problems.length === 0 ? 0 : 1
