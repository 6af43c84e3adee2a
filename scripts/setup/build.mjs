import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { root } from './root.mjs'
import { step } from './run.mjs'
import { contentHash, isFresh, writeStamp } from './stamps.mjs'

const libraries = ['packages/protocol', 'packages/exchanges', 'packages/simulator', 'packages/client', 'backend']
const codeSources = ['tsconfig.base.json', 'tsconfig.build.json', 'package-lock.json']
  .concat(libraries.map((path) => `${path}/src`))
  .concat(libraries.flatMap((path) => [`${path}/tsconfig.json`, `${path}/package.json`]))
const webSources = ['frontend', 'packages/protocol/src', 'packages/client/src', 'package-lock.json']

/** Compiles the packages and the hub when a source has changed since the last time. */
export async function buildCode() {
  const hash = contentHash(codeSources)
  if (isFresh('.cache/code.stamp', hash) && libraries.every((path) => existsSync(join(root, path, 'dist')))) return
  await step('Compiling the hub', process.execPath, ['node_modules/typescript/bin/tsc', '-b', 'tsconfig.build.json'], {
    mend: 'The messages above name file and line; `npm run check` shows them all.',
  })
  writeStamp('.cache/code.stamp', hash)
}

/** Exports the web pages to frontend/out when a source, or NEXT_PUBLIC_API_URL, has changed since the last time. */
export async function buildWeb() {
  const hash = contentHash(webSources, process.env.NEXT_PUBLIC_API_URL ?? '')
  if (isFresh('.cache/web.stamp', hash) && existsSync(join(root, 'frontend', 'out', 'index.html'))) return
  await step('Building the web pages', process.execPath, [join(root, 'node_modules/next/dist/bin/next'), 'build'], {
    cwd: join(root, 'frontend'),
    env: { NEXT_TELEMETRY_DISABLED: '1', NODE_ENV: 'production' },
    mend: 'The messages above name file and line.',
  })
  writeStamp('.cache/web.stamp', hash)
}
