import { randomBytes, randomUUID } from 'node:crypto'
import { mkdtempSync } from 'node:fs'
import { rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { AccountEvent } from '@tradercoin/protocol'
import { type App, createApp, type Overrides } from '../../src/app.ts'
import { type Config, readConfig } from '../../src/config.ts'
import { Secrets } from '../../src/secrets.ts'

export interface TestHubOptions {
  config?: Partial<Config>
  overrides?: Overrides
  /** To start again on the data of an earlier hub. */
  dataDir?: string
  secrets?: Secrets
}

/** A running hub on a free port with a database of its own, and what its tests need of it. */
export interface TestHub extends App {
  dataDir: string
  secrets: Secrets
  config: Config
  /** Every log line so far, at debug level. */
  logText(): string
  ask(method: string, path: string, options?: AskOptions): Promise<Answer>
  newUser(): Promise<TestUser>
}

export interface AskOptions {
  token?: string
  body?: unknown
  headers?: Record<string, string>
}

export interface Answer {
  status: number
  // biome-ignore lint/suspicious/noExplicitAny: tests look into answers of every shape
  body: any
  text: string
  headers: Headers
}

export interface TestUser {
  id: number
  email: string
  password: string
  token: string
  cookie: string
  ask(method: string, path: string, body?: unknown, headers?: Record<string, string>): Promise<Answer>
}

export const testSecrets = () =>
  new Secrets({
    jwtSecret: randomBytes(48).toString('base64url'),
    encryptionKey: randomBytes(48).toString('base64url'),
    metricsToken: null,
  })

export async function startHub(options: TestHubOptions = {}): Promise<TestHub> {
  const dataDir = options.dataDir ?? mkdtempSync(join(tmpdir(), 'tradercoin-hub-'))
  const secrets = options.secrets ?? testSecrets()
  const { config: defaults } = readConfig({ PORT: '0', PAPER: 'off', LOG_LEVEL: 'debug', DATA_DIR: dataDir })
  const config = { ...defaults, ...options.config }
  const lines: string[] = []
  const app = await createApp(config, secrets, {
    passwordRoutesPerMinute: 10_000,
    requestsPerSecond: 10_000,
    processMetrics: false,
    logDestination: { write: (line: string) => void lines.push(line) },
    ...options.overrides,
  })
  const ask = (method: string, path: string, more?: AskOptions) => request(app.url, method, path, more)
  const close = async () => {
    await app.close()
    if (!options.dataDir) await rm(dataDir, { recursive: true, force: true })
  }
  return Object.assign(Object.create(app) as App, {
    dataDir,
    secrets,
    config,
    ask,
    close,
    [Symbol.asyncDispose]: close,
    logText: () => lines.join(''),
    newUser: () => newUser(app.url),
  })
}

export async function request(url: string, method: string, path: string, options: AskOptions = {}): Promise<Answer> {
  const { token, body, headers } = options
  const answer = await fetch(url + path, {
    method,
    redirect: 'manual',
    headers: {
      ...(token !== undefined && { authorization: `Bearer ${token}` }),
      ...(body !== undefined && { 'content-type': 'application/json' }),
      ...headers,
    },
    ...(body !== undefined && { body: typeof body === 'string' ? body : JSON.stringify(body) }),
  })
  const text = await answer.text()
  const isJson = (answer.headers.get('content-type') ?? '').includes('json')
  return { status: answer.status, text, body: isJson ? JSON.parse(text) : undefined, headers: answer.headers }
}

export const refreshCookieOf = (answer: Answer) =>
  (answer.headers.getSetCookie().find((line) => line.startsWith('__Host-refresh=')) ?? '').split(';', 1)[0] ?? ''

async function newUser(url: string): Promise<TestUser> {
  const email = `${randomUUID()}@example.org`
  const password = randomBytes(12).toString('base64url')
  const answer = await request(url, 'POST', '/api/v1/auth/register', { body: { email, password } })
  if (answer.status !== 201) throw new Error(`no user: ${answer.text}`)
  const token: string = answer.body.access_token
  return {
    id: answer.body.user.id,
    email,
    password,
    token,
    cookie: refreshCookieOf(answer),
    ask: (method, path, body, headers) =>
      request(url, method, `/api/v1${path}`, { token, body, ...(headers && { headers }) }),
  }
}

/** Stores an exchange key that no account runs on. */
export async function storeKey(hub: TestHub, userId: number, uid: string = randomUUID()): Promise<number> {
  const id = await hub.store.writer.run('reserveKeyId', {})
  await hub.store.writer.run('addKey', {
    id,
    user_id: userId,
    exchange: 'binance',
    trading_mode: 'spot',
    environment: 'paper',
    region: null,
    label: null,
    account_uid: uid,
    account_scope: `spot:${uid}`,
    api_key_last4: 'abcd',
    api_key_sealed: new Uint8Array([0]),
    api_secret_sealed: new Uint8Array([0]),
    passphrase_sealed: null,
    permissions: null,
    warnings: [],
    ip: null,
  })
  return id
}

/** Commits balance events: the simplest things that happen to an account, one user event each. */
export async function bookBalances(hub: TestHub, userId: number, keyId: number, totals: number[], asset = 'USDT') {
  const events = totals.map(
    (total): AccountEvent => ({
      kind: 'balance',
      balance: { trading_mode: 'spot', asset, total: `${total}`, available: null, locked: null, update_time: total },
    }),
  )
  const account = { user_id: userId, exchange_key_id: keyId, exchange: 'binance' } as const
  const jobs: Promise<unknown>[] = []
  for (let i = 0; i < events.length; i += 200) {
    const received = [{ received_at: Date.now(), events: events.slice(i, i + 200) }]
    jobs.push(hub.store.writer.run('bookEvents', { account, source: 'stream', received, recovering: false }))
  }
  await Promise.all(jobs)
}
