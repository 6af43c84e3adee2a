import { join } from 'node:path'
import { root } from './setup/root.mjs'
import { runShown } from './setup/run.mjs'

/* node scripts/venues-doc.mjs: writes the tables of docs/venues.md from what the adapters offer. */

const writer = join(root, 'packages/exchanges/src/docs/write-venues-doc.suite.ts')
process.exitCode = await runShown(process.execPath, ['--conditions=tradercoin-source', '--import', 'tsx', writer])
