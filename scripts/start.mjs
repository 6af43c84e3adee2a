import { existsSync, readFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { buildCode, buildWeb } from './setup/build.mjs'
import { hubArgs, superviseChild } from './setup/hub-process.mjs'
import { install, requireNode } from './setup/install.mjs'
import { productionSecretsProblem } from './setup/production-secrets.mjs'
import { root } from './setup/root.mjs'
import { fail } from './setup/run.mjs'

/* npm start: install what is missing, build what is stale, start the hub (which starts the paper exchange), say where to go. */

requireNode()
const problem = productionSecretsProblem(process.env)
if (problem) fail(problem)
await install()
await buildCode()
await buildWeb()

const dataDir = resolve(root, process.env.DATA_DIR ?? 'data')
superviseChild(hubArgs, {
  env: { DATA_DIR: dataDir },
  onMessage: ({ ready }) => ready && announce(process.env.PUBLIC_URL || ready),
  onExit(code, how, stopping) {
    if (stopping) process.exit(0)
    fail(`The hub ended by itself (${how}); its last log lines above say why.`, code || 1)
  },
})

/** Prints the address and the demo login, once the hub says that it listens. */
function announce(address) {
  const lines = ['', `  TraderCoin is ready.   Open   ${address}`]
  const loginFile = join(dataDir, 'demo-login.json')
  const demo = process.env.NODE_ENV !== 'production' && process.env.PAPER !== 'off' && existsSync(loginFile)
  if (demo) {
    const login = JSON.parse(readFileSync(loginFile, 'utf8'))
    lines.push(`  Demo login             ${login.email}   ${login.password}`)
  }
  lines.push('  Stop with Ctrl+C.', '')
  process.stdout.write(`${lines.join('\n')}\n`)
}
