import { join } from 'node:path'
import { buildCode } from './setup/build.mjs'
import { install } from './setup/install.mjs'
import { root } from './setup/root.mjs'
import { runShown } from './setup/run.mjs'

/* npm run bench: the hub beside a bare relay, both measured in one run. */

await install()
await buildCode()
process.exitCode = await runShown(process.execPath, [join(root, 'bench/run.mjs'), ...process.argv.slice(2)])
