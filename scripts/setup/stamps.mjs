import { createHash } from 'node:crypto'
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { root } from './root.mjs'

const skipped = new Set(['node_modules', 'dist', 'out', '.next', 'test-results', 'next-env.d.ts'])

function addTree(hash, path) {
  if (!existsSync(path)) return
  for (const entry of readdirSync(path, { withFileTypes: true }).sort((a, b) => (a.name < b.name ? -1 : 1))) {
    if (skipped.has(entry.name) || entry.name.endsWith('.tsbuildinfo')) continue
    const child = join(path, entry.name)
    if (entry.isDirectory()) addTree(hash, child)
    else hash.update(child.slice(root.length)).update(readFileSync(child))
  }
}

/** A hash of what the given files and folders (relative to the root) hold, with extra text mixed in. */
export function contentHash(paths, extra = '') {
  const hash = createHash('sha256').update(extra)
  for (const path of paths) {
    const full = join(root, path)
    if (existsSync(full) && !readdirSafe(full)) hash.update(path).update(readFileSync(full))
    else addTree(hash, full)
  }
  return hash.digest('hex')
}

function readdirSafe(path) {
  try {
    readdirSync(path)
    return true
  } catch {
    return false
  }
}

/** Whether the step that wrote `stampFile` ran on just this content. */
export function isFresh(stampFile, hash) {
  const full = join(root, stampFile)
  return existsSync(full) && readFileSync(full, 'utf8') === hash
}

export function writeStamp(stampFile, hash) {
  const full = join(root, stampFile)
  mkdirSync(dirname(full), { recursive: true })
  writeFileSync(full, hash)
}
