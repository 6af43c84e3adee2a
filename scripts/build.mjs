import { buildCode, buildWeb } from './setup/build.mjs'
import { install } from './setup/install.mjs'

await install()
await buildCode()
await buildWeb()
