import { spawn } from 'node:child_process'
import { join } from 'node:path'
import { buildCode } from './setup/build.mjs'
import { install } from './setup/install.mjs'
import { root } from './setup/root.mjs'

/* npm run dev: the hub reloads on change at :8080, the web pages at :3000, the paper exchange beside them, with a fixed seed. */

await install()
await buildCode()
const web = 'http://127.0.0.1:3000'
const hub = 'http://127.0.0.1:8080'
const node = process.execPath
const children = [
  spawn(node, ['node_modules/typescript/bin/tsc', '-b', '-w', '--preserveWatchOutput', 'tsconfig.build.json'], {
    cwd: root,
    stdio: 'inherit',
  }),
  spawn(
    node,
    [
      '--watch-path=backend/dist',
      '--watch-path=packages/protocol/dist',
      '--watch-path=packages/exchanges/dist',
      '--enable-source-maps',
      'backend/dist/main.js',
    ],
    {
      cwd: root,
      stdio: 'inherit',
      env: { ...process.env, CORS_ORIGINS: web, PAPER_SEED: '1' },
    },
  ),
  spawn(node, [join(root, 'node_modules/next/dist/bin/next'), 'dev', '--hostname', '127.0.0.1', '--port', '3000'], {
    cwd: join(root, 'frontend'),
    stdio: 'inherit',
    env: { ...process.env, NEXT_PUBLIC_API_URL: hub, NEXT_TELEMETRY_DISABLED: '1' },
  }),
]
const stop = () =>
  children.forEach((child) => {
    child.kill('SIGTERM')
  })
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.on(signal, stop)
for (const child of children) child.once('exit', stop)
