import { fork } from 'node:child_process'
import { createHmac } from 'node:crypto'
import { once } from 'node:events'
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { cpus, tmpdir, totalmem } from 'node:os'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { generate } from 'selfsigned'

/*
 * npm run bench: pooled Binance Spot users with a tab each, over TLS on loopback, the database on; beside it, in the same run, a
 * bare relay with the same sockets. Prints a table and writes bench/results/*.json.
 */

const { values } = parseArgs({
  options: {
    users: { type: 'string', default: '9900' },
    fills: { type: 'string', default: '10000' },
    'fills-per-second': { type: 'string', default: '250' },
  },
})
const users = Number(values.users)
const fills = Number(values.fills)
const fillsPerSecond = Number(values['fills-per-second'])
const accountsPerSocket = 200

const folder = mkdtempSync(join(tmpdir(), 'tradercoin-bench-'))
const children = []
const say = (text) => process.stderr.write(`· ${text}\n`)

function child(file, { args = [], env = {}, execArgv = [] } = {}) {
  const process_ = fork(new URL(file, import.meta.url), args, {
    env: { MALLOC_ARENA_MAX: '2', ...process.env, ...env },
    execArgv,
    stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
  })
  children.push(process_)
  process_.once('exit', (code) => code && say(`${file} ended with ${code}`))
  return process_
}

/** Sends a message and resolves with the next answer. */
async function ask(process_, message) {
  const answer = once(process_, 'message')
  if (message) process_.send(message)
  return (await answer)[0]
}

async function sim(path, body) {
  const headers = { 'content-type': 'application/json' }
  const answer = await fetch(`${paper}/sim${path}`, { method: 'POST', headers, body: JSON.stringify(body) })
  if (!answer.ok) throw new Error(`/sim${path}: ${answer.status} ${await answer.text()}`)
  return answer.json()
}

/** The paper exchange of its own process: limits off, no market bot. */
async function startPaperExchange() {
  const args = ['--port', '0', '--limits', 'off', '--bot', 'off', '--seed', '1']
  const process_ = fork(new URL('../packages/simulator/dist/main.js', import.meta.url), args, {
    stdio: ['ignore', 'pipe', 'inherit', 'ipc'],
  })
  children.push(process_)
  const [line] = await once(process_.stdout, 'data')
  process_.stdout.resume()
  return /http:\S+/.exec(String(line))[0]
}

/** A short storm for the compiler's sake, then the measured one. */
async function warmedStorm(process_, accounts, tabs) {
  const ids = accounts.map(({ account_id }) => account_id)
  say('storm to warm up')
  await storm(process_, ids, tabs, { fills: Math.min(fills, 4_000), seed: 3 })
  say(`storm: ${fills} fills, ${fillsPerSecond} a second`)
  return storm(process_, ids, tabs, { fills, seed: 7 })
}

/** Fills over all accounts; what they cost the process that carried them. */
async function storm(process_, account_ids, tabs, { fills, seed }) {
  const before = await ask(process_, { do: 'measure' })
  const seenBefore = (await ask(tabs, { do: 'count' })).events
  const body = { account_ids, fills, rate_per_s: fillsPerSecond, seed, symbol: 'BTCUSDT', summary: 'brief' }
  const startedAt = Date.now()
  const summary = await sim('/storm', body)
  await settled(tabs)
  const after = await ask(process_, { do: 'measure' })
  return {
    seconds: (Date.now() - startedAt) / 1000,
    stormSeconds: summary.duration_ms / 1000,
    cpuMs: cpuMs(after) - cpuMs(before),
    sent: after.frames,
    latencies: after.latencies.sort((a, b) => a - b),
    arrived: (await ask(tabs, { do: 'count' })).events - seenBefore,
  }
}

const cpuMs = ({ cpu }) => (cpu.user + cpu.system) / 1000

/** Resolves when nothing has arrived at the tabs for a second. */
async function settled(tabs) {
  let last = -1
  for (;;) {
    const { events } = await ask(tabs, { do: 'count' })
    if (events === last) return
    last = events
    await new Promise((wake) => setTimeout(wake, 1_000))
  }
}

/** What a process burns in a second with nothing to do but hold its sockets. */
async function idleCpuMs(process_) {
  const before = await ask(process_, { do: 'measure' })
  await new Promise((wake) => setTimeout(wake, 25_000))
  return (cpuMs(await ask(process_, { do: 'measure' })) - cpuMs(before)) / 25
}

const percentile = (sorted, p) => sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * p))] ?? null

/** `frames`: what the exchange sent for the storm. Only the relay counts them; the hub's storm is the same by its seed. */
function figures({ name, empty, full, idle, run }, frames) {
  const busyMs = run.cpuMs - idle * run.seconds
  return {
    name,
    users,
    'memory, MB': round(full.rss / 2 ** 20),
    'KB a user, all in': round(full.rss / 1024 / users),
    'KB a user, above the empty process': round((full.rss - empty.rss) / 1024 / users),
    'frames from the exchange': frames,
    'frames a second': round(frames / run.stormSeconds),
    'messages sent to tabs': run.sent,
    'messages that arrived': run.arrived,
    'CPU a frame, µs': round((busyMs * 1000) / frames),
    'CPU a message sent, µs': round((busyMs * 1000) / run.sent),
    'idle, % of a core': round(idle / 10),
    'p50, ms': round(percentile(run.latencies, 0.5)),
    'p99, ms': round(percentile(run.latencies, 0.99)),
    'p99.9, ms': round(percentile(run.latencies, 0.999)),
  }
}

const round = (value) => (value === null ? null : Math.round(value * 100) / 100)

async function benchHub(accounts, upstream, ca, tabs) {
  say('starting the hub')
  const hub = child('hub.mjs', {
    execArgv: ['--max-semi-space-size=2', '--expose-gc'],
    env: { DATA_DIR: join(folder, 'hub'), PORT: '0', PAPER: upstream, LOG_LEVEL: 'silent', NODE_ENV: 'development' },
  })
  const { url } = await ask(hub, { do: 'start', ca })
  const empty = await ask(hub, { do: 'measure' })
  say(`adding ${users} users with a key each`)
  const { tokens } = await ask(hub, { do: 'users', accounts })
  const startedAt = Date.now()
  hub.send({ do: 'keys' })
  for (;;) {
    const { states } = await ask(hub, { do: 'states' })
    const live = states.find(({ state }) => state === 'live')?.accounts ?? 0
    if (live === users) break
    if (Date.now() - startedAt > 600_000) throw new Error(`only ${live} accounts are live: ${JSON.stringify(states)}`)
    await new Promise((wake) => setTimeout(wake, 500))
  }
  const liveAfterMs = Date.now() - startedAt
  say(`all accounts live after ${Math.round(liveAfterMs / 1000)} s; opening the tabs`)
  const socket = `${url.replace('http', 'ws')}/api/v1/trading/ws?session_id=benchmark`
  const open = tokens.map((token) => ({ url: socket, auth: JSON.stringify({ type: 'auth', data: { token } }) }))
  await ask(tabs, { do: 'open', tabs: open })
  await settled(tabs)
  const full = await ask(hub, { do: 'measure' })
  const idle = await idleCpuMs(hub)
  const run = await warmedStorm(hub, accounts, tabs)
  hub.kill('SIGKILL')
  return { name: 'TraderCoin hub', empty, full, idle, run, liveAfterMs }
}

async function benchRelay(accounts, upstream, ca, tabs) {
  say('starting the bare relay')
  const relay = child('relay.mjs', { execArgv: ['--max-semi-space-size=2', '--expose-gc'] })
  const { port } = await ask(relay)
  const empty = await ask(relay, { do: 'measure' })
  const open = accounts.map((_, index) => ({ url: `ws://127.0.0.1:${port}/${index}`, auth: null }))
  await ask(tabs, { do: 'open', tabs: open })
  const requests = accounts.map(({ api_key, api_secret }, index) => subscription(api_key, api_secret, index))
  const groups = []
  for (let at = 0; at < requests.length; at += accountsPerSocket)
    groups.push(requests.slice(at, at + accountsPerSocket))
  await ask(relay, { do: 'connect', upstream: `${upstream.replace('http', 'ws')}/binance/spot/ws-api/v3`, ca, groups })
  const full = await ask(relay, { do: 'measure' })
  const idle = await idleCpuMs(relay)
  const run = await warmedStorm(relay, accounts, tabs)
  relay.kill('SIGKILL')
  return { name: 'bare ws relay', empty, full, idle, run }
}

function subscription(apiKey, secret, id) {
  const params = { apiKey, recvWindow: 60_000, timestamp: Date.now() }
  const text = `apiKey=${apiKey}&recvWindow=60000&timestamp=${params.timestamp}`
  const signature = createHmac('sha256', secret).update(text).digest('hex')
  return JSON.stringify({
    id: String(id),
    method: 'userDataStream.subscribe.signature',
    params: { ...params, signature },
  })
}

const paper = await startPaperExchange()
try {
  const { private: key, cert } = await generate([{ name: 'commonName', value: 'localhost' }], {
    keyType: 'ec',
    extensions: [{ name: 'subjectAltName', altNames: [{ type: 7, ip: '127.0.0.1' }] }],
  })
  const proxy = child('tls-proxy.mjs')
  const { port } = await ask(proxy, { key, cert, target: Number(new URL(paper).port) })
  const upstream = `https://127.0.0.1:${port}`
  const make = (count) => sim('/accounts', { exchange: 'binance', trading_mode: 'spot', count })
  const hub = await benchHub((await make(users)).accounts, upstream, cert, child('tabs.mjs'))
  const relay = await benchRelay((await make(users)).accounts, upstream, cert, child('tabs.mjs'))
  const results = [hub, relay].map((measured) => figures(measured, relay.run.sent))
  say(`${users} accounts were live ${round(hub.liveAfterMs / 1000)} s after the start`)
  const machine = {
    cpu: cpus()[0]?.model,
    cores: cpus().length,
    memory_gb: round(totalmem() / 2 ** 30),
    node: process.version,
  }
  const file = new URL(`results/${new Date().toISOString().replace(/[:.]/g, '-')}.json`, import.meta.url)
  mkdirSync(new URL('results/', import.meta.url), { recursive: true })
  writeFileSync(file, `${JSON.stringify({ machine, results }, null, 2)}\n`)
  printTable(results)
} finally {
  for (const process_ of children) process_.kill('SIGKILL')
  rmSync(folder, { recursive: true, force: true })
}

/** The table as it stands in docs/benchmarks.md. */
function printTable(results) {
  const fields = Object.keys(results[0]).filter((field) => field !== 'name')
  console.log(`| | ${results.map(({ name }) => name).join(' | ')} |`)
  console.log(`|---|${results.map(() => '---').join('|')}|`)
  for (const field of fields) {
    console.log(`| ${field} | ${results.map((result) => result[field] ?? '').join(' | ')} |`)
  }
}
process.exit(0)
