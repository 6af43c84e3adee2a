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
const host = process.env.HOST || '127.0.0.1'
const port = process.env.PORT || '8080'
const address = (process.env.PUBLIC_URL || `http://${host}:${port}`).replace(/\/$/, '')
const reachable = `http://${host === '0.0.0.0' || host === '::' ? '127.0.0.1' : host}:${port}`

let ready = false
const hub = superviseChild(hubArgs, {
  env: { DATA_DIR: dataDir },
  onExit(code, how, stopping) {
    if (stopping) process.exit(0)
    fail(`The hub ended by itself (${how}); its last log lines above say why.`, code || 1)
  },
})
await announce()

/** Waits until the hub answers, then prints the address and the demo login. */
async function announce() {
  while (!ready && hub.child.exitCode === null && hub.child.signalCode === null) {
    ready = await fetch(`${reachable}/readyz`, { signal: AbortSignal.timeout(1000) }).then(
      (answer) => answer.ok,
      () => false,
    )
    if (!ready) await new Promise((wake) => setTimeout(wake, 100))
  }
  if (!ready) return
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
