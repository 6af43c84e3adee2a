import { join } from 'node:path'
import { buildCode } from './setup/build.mjs'
import { superviseChild } from './setup/hub-process.mjs'
import { install } from './setup/install.mjs'
import { root } from './setup/root.mjs'

/* npm run simulator -- --port 9100 …: the paper exchange alone. */

await install()
await buildCode()
superviseChild(['--enable-source-maps', join(root, 'packages/simulator/dist/main.js'), ...process.argv.slice(2)], {
  onExit: (code, _how, stopping) => process.exit(stopping ? 0 : code),
})
