import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { root } from './root.mjs'
import { fail, step } from './run.mjs'
import { contentHash, isFresh, writeStamp } from './stamps.mjs'

const stamp = 'node_modules/.tradercoin-install'

/** Stops with a sentence when this Node.js is too old to run the project. */
export function requireNode() {
  const [major = 0, minor = 0] = process.versions.node.split('.').map(Number)
  if (major < 20 || (major === 20 && minor < 9)) {
    fail(
      `TraderCoin needs Node.js 20.9 or newer; this is ${process.versions.node}. Install a current one and run the command again.`,
    )
  }
}

/** Installs the dependencies of the lockfile when they are missing or the lockfile has changed. */
export async function install() {
  requireNode()
  const hash = contentHash(['package-lock.json'], `${process.platform} ${process.arch} ${process.versions.modules}`)
  if (existsSync(join(root, 'node_modules')) && isFresh(stamp, hash)) return
  await step('Installing dependencies', npm(), ['ci', '--include=dev', '--no-audit', '--no-fund'], {
    mend: 'Check that the npm registry can be reached (npm ping) and that the disk has room, then run the command again.',
  })
  writeStamp(stamp, hash)
}

function npm() {
  return process.platform === 'win32' ? 'npm.cmd' : 'npm'
}
