import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { PassThrough } from 'node:stream'
import { fileURLToPath } from 'node:url'
import type { Execution, Order, ServerMessage } from '@tradercoin/protocol'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { type WebSocket, WebSocketServer } from 'ws'
import { type WatchIo, watch } from './watch.ts'
import { executionLine, orderLine } from './watch-lines.ts'

const order: Order = {
  id: 1,
  user_id: 7,
  exchange_key_id: 3,
  exchange: 'binance',
  trading_mode: 'spot',
  order_id: '50111222',
  client_order_id: 'abc',
  symbol: 'BTCUSDT',
  side: 'BUY',
  position_side: null,
  type: 'LIMIT',
  venue_type: 'LIMIT',
  time_in_force: 'GTC',
  post_only: false,
  reduce_only: false,
  status: 'PARTIALLY_FILLED',
  price: '64210.5',
  stop_price: null,
  quantity: '0.5',
  quantity_unit: 'BASE',
  venue_quantity: null,
  amend: null,
  executed_qty: '0.2',
  executed_price: '64210.1',
  last_price: '64210.1',
  last_qty: '0.2',
  fee: null,
  fee_asset: null,
  fees: [],
  realized_pnl: null,
  origin: 'external',
  reason: null,
  parent_order_id: null,
  create_time: 1_000,
  update_time: 1_500,
}

const execution: Execution = {
  id: 1,
  user_id: 7,
  exchange_key_id: 3,
  exchange: 'binance',
  trading_mode: 'spot',
  symbol: 'BTCUSDT',
  order_id: '50111222',
  client_order_id: 'abc',
  trade_id: '9',
  side: 'BUY',
  position_side: null,
  price: '64210.1',
  quantity: '0.2',
  quote_qty: null,
  fee: '0.0001',
  fee_asset: 'BTC',
  realized_pnl: null,
  is_maker: true,
  kind: 'TRADE',
  source: 'stream',
  time: 1_500,
}

/** Longer than vitest's own second: the machine may be busy with other tests. */
const eventually = (check: () => void) => vi.waitFor(check, { timeout: 10_000 })

describe('the lines', () => {
  it('stand in columns', () => {
    expect(orderLine(order)).toMatch(
      /^\d\d:\d\d:\d\d\.500 {2}order {2}binance spot {5}BTCUSDT {9}BUY {3}LIMIT {8}PARTIALLY_FILLED {2}0\.2 of 0\.5 @ 64210\.1$/,
    )
    expect(executionLine(execution)).toMatch(/ {2}fill {3}binance spot .* TRADE {8}0\.2 @ 64210\.1 {2}fee 0\.0001 BTC$/)
    expect(orderLine(order).indexOf('BTCUSDT')).toBe(executionLine(execution).indexOf('BTCUSDT'))
  })

  it('cannot steer the terminal', () => {
    const line = orderLine({ ...order, status: 'REJECTED', reason: 'no\u001b[2J\nmoney\u009b' })
    expect(line).toContain('(no?[2J?money?)')
    expect(line).not.toMatch(/\p{Cc}/u)
  })
})

/** The two sides of the hub that a watcher meets. */
let server: Server
let sockets: WebSocketServer
let baseUrl: string
let requests: { path: string; body: string }[]
let lines: Promise<WebSocket>
let dataDir: string

beforeEach(async () => {
  requests = []
  dataDir = await mkdtemp(join(tmpdir(), 'tradercoin-watch-'))
  server = createServer(async (request, response) => {
    let body = ''
    for await (const chunk of request) body += chunk
    const path = request.url ?? ''
    requests.push({ path, body })
    if (path.endsWith('/logout')) return response.writeHead(204).end()
    const isRight = body.includes('"correct horse"')
    const user = { id: 7, email: 'a@example.org', role: 'user', created_at: 1 }
    const problem = { status: 401, code: 'invalid_credentials', detail: 'Wrong email or password.' }
    response
      .writeHead(isRight ? 200 : 401, { 'content-type': 'application/json' })
      .end(JSON.stringify(isRight ? { user, access_token: 'token', expires_in: 600 } : problem))
  })
  sockets = new WebSocketServer({ server })
  lines = once(sockets, 'connection').then(([socket]) => socket as WebSocket)
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  baseUrl = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
})

afterEach(async () => {
  for (const socket of sockets.clients) socket.terminate()
  server.closeAllConnections()
  server.close()
  await once(server, 'close')
  await rm(dataDir, { recursive: true })
})

function run(args: string[], env: NodeJS.ProcessEnv = {}) {
  const controller = new AbortController()
  const written: string[] = []
  const stderr = new PassThrough()
  let errors = ''
  stderr.on('data', (chunk) => {
    errors += chunk
  })
  const io: WatchIo = {
    env: { DATA_DIR: dataDir, ...env },
    stdin: new PassThrough(),
    stdout: { write: (text) => written.push(text) },
    stderr,
    signal: controller.signal,
  }
  return { exit: watch(args, io), written, errors: () => errors, stop: () => controller.abort() }
}

const flags = () => ['--url', baseUrl, '--email', 'a@example.org', '--password', 'correct horse']

async function accept(): Promise<(message: ServerMessage) => void> {
  const socket = await lines
  await once(socket, 'message')
  const send = (message: ServerMessage) => socket.send(JSON.stringify(message))
  const at = { session_id: 's', user_id: 7, epoch: 'e', seq: 0, protocol: 1, heartbeat_ms: 5_000 }
  send({ type: 'ready', data: { ...at, recovered: false } })
  send({ type: 'snapshot', data: { epoch: 'e', seq: 0, orders: [order], balances: [], positions: [], keys: [] } })
  return send
}

describe('watch', () => {
  it('prints order updates, fills, key states and connection changes, and logs out at the end', async () => {
    const watcher = run(flags())
    const send = await accept()
    send({ type: 'order_update', seq: 1, data: order })
    send({ type: 'order_update', seq: 2, data: { ...order, order_id: 'told later' } })
    send({ type: 'execution', seq: 3, data: execution })
    send({
      type: 'key_status',
      data: { exchange_key_id: 3, state: 'stale', reason: 'silent', last_event_at: null },
    })
    await eventually(() => expect(watcher.written.at(-1)).toMatch(/key {4}#3 stale \(silent\)\n$/))
    expect(watcher.written.map((line) => line.slice(14).trim().split(/ {2,}/)[0])).toEqual([
      '--',
      '--',
      '--',
      'order',
      'fill',
      'key',
    ])
    expect(watcher.written.join('')).toMatch(/connecting\n.*connected\n.*1 open orders; watching\n/)
    ;(await lines).close(4000)
    await eventually(() =>
      expect(watcher.written.join('')).toContain('disconnected: The hub is going away. Trying again.'),
    )
    watcher.stop()
    expect(await watcher.exit).toBe(0)
    expect(requests.at(-1)?.path).toBe('/api/v1/auth/logout')
    expect(watcher.written.join('') + watcher.errors()).not.toMatch(/correct horse|token/)
  })

  it('takes the login from the environment, and the hub from PORT', async () => {
    const { port, hostname } = new URL(baseUrl)
    const env = { PORT: port, HOST: hostname, TRADERCOIN_EMAIL: 'b@example.org', TRADERCOIN_PASSWORD: 'correct horse' }
    const watcher = run([], env)
    await accept()
    watcher.stop()
    expect(await watcher.exit).toBe(0)
    expect(requests[0]?.body).toContain('b@example.org')
  })

  it('takes the demo login of DATA_DIR when none is given', async () => {
    const login = { email: 'demo@tradercoin.example', password: 'correct horse' }
    await writeFile(join(dataDir, 'demo-login.json'), JSON.stringify(login))
    const watcher = run(['--url', baseUrl])
    await accept()
    watcher.stop()
    expect(await watcher.exit).toBe(0)
    expect(JSON.parse(requests[0]?.body ?? '')).toEqual(login)
  })

  it('does not send the demo password for another email', async () => {
    await writeFile(join(dataDir, 'demo-login.json'), JSON.stringify({ email: 'demo@x', password: 'correct horse' }))
    const watcher = run(['--url', baseUrl, '--email', 'a@example.org'])
    expect(await watcher.exit).toBe(2)
    expect(requests).toEqual([])
  })

  it('ends with 1 and a sentence when the hub refuses, is not there, or ends the session', async () => {
    const refused = run([...flags().slice(0, -1), 'wrong'])
    expect(await refused.exit).toBe(1)
    expect(refused.errors()).toContain('Wrong email or password.')
    const nowhere = run(['--url', 'http://127.0.0.1:1', ...flags().slice(2)])
    expect(await nowhere.exit).toBe(1)
    expect(nowhere.errors()).toContain('could not be reached')
    const revoked = run(flags())
    await accept()
    ;(await lines).close(4503)
    expect(await revoked.exit).toBe(1)
    expect(revoked.written.join('')).toContain('This session was ended.')
  })

  it('explains itself when it is called wrongly', async () => {
    const wrong = run(['--emial', 'x'])
    expect(await wrong.exit).toBe(2)
    expect(wrong.errors()).toContain('tradercoin watch')
    const help = run(['--help'])
    expect(await help.exit).toBe(0)
  })
})

it('the example script follows the protocol', async () => {
  const path = fileURLToPath(new URL('../../../docs/examples/orders.mjs', import.meta.url))
  const env = { ...process.env, HUB: baseUrl, EMAIL: 'a@example.org', PASSWORD: 'correct horse' }
  const script = spawn(process.execPath, [path], { env, stdio: ['ignore', 'pipe', 'inherit'] })
  try {
    let output = ''
    script.stdout.on('data', (chunk) => {
      output += chunk
    })
    const send = await accept()
    send({ type: 'order_update', seq: 1, data: order })
    send({ type: 'order_update', seq: 1, data: order })
    send({ type: 'execution', seq: 2, data: execution })
    await eventually(() => expect(output).toContain('2 execution'))
    expect(output).toBe('1 order_update BTCUSDT BUY PARTIALLY_FILLED 0.5\n2 execution BTCUSDT BUY  0.2\n')
    ;(await lines).close(4503)
    expect((await once(script, 'exit'))[0]).toBe(0)
  } finally {
    script.kill()
  }
})
