import { join } from 'node:path'
import { install } from './setup/install.mjs'
import { root } from './setup/root.mjs'
import { runShown } from './setup/run.mjs'

/* npm run fuzz -- --frames 1000000 [--seed N] [--venue okx]: frames no venue has sent yet, through every adapter's parser. */

await install()
const command = join(root, 'packages/exchanges/src/fuzz/command.suite.ts')
const args = ['--conditions=tradercoin-source', '--import', 'tsx', command, ...process.argv.slice(2)]
process.exitCode = await runShown(process.execPath, args, { cwd: root })
