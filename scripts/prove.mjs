import { join } from 'node:path'
import { buildCode } from './setup/build.mjs'
import { install } from './setup/install.mjs'
import { root } from './setup/root.mjs'
import { runShown } from './setup/run.mjs'

/* npm run prove: the hub as it is built, the paper exchange and tabs, through faults and kills; see prove/. */

await install()
await buildCode()
const program = ['--import', 'tsx', '--conditions=tradercoin-source', join(root, 'prove/main.ts')]
process.exitCode = await runShown(process.execPath, [...program, ...process.argv.slice(2)])
