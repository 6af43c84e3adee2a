import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, readFileSync, statSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:net'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { openWritable } from '../src/store/database.ts'
import { migrate } from '../src/store/migrate.ts'
import { request } from './support/hub.ts'
import { killAll, makeDataDir, runHub } from './support/process.ts'
import { liveTab, TestTab } from './support/tab.ts'

/* The hub as its own process, as it is started and killed in life. */

const secret = (letter: string) => `${letter}kX0vR3mZq8Lw2TnYp6Bc9Hd4Jf7Gs1Ua5Ei`

let dataDir: string
beforeEach(() => {
  dataDir = makeDataDir()
})
afterEach(killAll)

const hub = (env: NodeJS.ProcessEnv = {}) => runHub({ DATA_DIR: dataDir, ...env })
const cli = (args: string[], input = '') => runHub({ DATA_DIR: dataDir }, 'cli/main.ts', args, input)

async function freePort(): Promise<{ port: number; release(): Promise<void> }> {
  const server = createServer().listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as { port: number }
  return { port, release: () => new Promise((resolve) => server.close(() => resolve())) }
}

async function freePorts(count: number): Promise<number[]> {
  const held = await Promise.all(Array.from({ length: count }, freePort))
  for (const { release } of held) await release()
  return held.map(({ port }) => port)
}

const isRunning = (pid: number) => {
  try {
    return process.kill(pid, 0)
  } catch {
    return false
  }
}

describe('a start that must not be', () => {
  const production = { NODE_ENV: 'production' }

  it.each([
    ['without secrets in production', production, 'JWT_SECRET'],
    ['with a sample', { ...production, JWT_SECRET: 'changeme', ENCRYPTION_KEY: secret('a') }, 'JWT_SECRET'],
    ['with equal secrets', { ...production, JWT_SECRET: secret('a'), ENCRYPTION_KEY: secret('a') }, 'ENCRYPTION_KEY'],
    ['with DATABASE_URL', { DATABASE_URL: 'postgres://me:hidden@db/x' }, 'DATABASE_URL'],
    ['with REDIS_URL', { REDIS_URL: 'redis://:hidden@cache' }, 'REDIS_URL'],
    ['with a bad PORT', { PORT: 'hidden' }, 'PORT'],
  ])('%s ends with 1 and names the variable', async (_what, env, name) => {
    const own = hub(env)
    expect(await own.ended).toBe(1)
    expect(own.output()).toContain(name)
    for (const value of ['changeme', secret('a'), 'hidden']) expect(own.output()).not.toContain(value)
    expect(existsSync(join(dataDir, 'tradercoin.db'))).toBe(false)
  })

  it('with a taken port says so', async () => {
    const { port, release } = await freePort()
    const own = hub({ PORT: `${port}` })
    expect(await own.ended).toBe(1)
    expect(own.output()).toMatch(/Port \d+ on 127\.0\.0\.1 is taken/)
    await release()
  })

  const file = () => join(dataDir, 'tradercoin.db')
  const unusable: [string, () => NodeJS.ProcessEnv, RegExp][] = [
    [
      'a DATA_DIR that is a file',
      () => {
        writeFileSync(join(dataDir, 'note'), 'not a directory')
        return { DATA_DIR: join(dataDir, 'note') }
      },
      /^DATA_DIR must name a directory: .*note is a file/,
    ],
    [
      'a DATA_DIR that may not be written',
      () => ({ DATA_DIR: '/sys/tradercoin' }),
      /^This user may not write in DATA_DIR/,
    ],
    [
      'a database that is damaged',
      () => {
        writeFileSync(file(), 'no database at all '.repeat(400))
        return {}
      },
      /^The database .*tradercoin\.db cannot be used \(file is not a database\)\. Nothing was changed/,
    ],
    [
      'a database of a newer program',
      () => {
        const db = openWritable(file())
        migrate(db, 1)
        db.run('INSERT INTO schema_version (version, applied_at) VALUES (99, 1)')
        db.close()
        return {}
      },
      /^The database .*tradercoin\.db has schema 99, newer than this program knows/,
    ],
  ]

  it.each(unusable)('with %s ends with 1 and one sentence, changing nothing', async (_what, prepare, sentence) => {
    const env = prepare()
    const before = existsSync(file()) ? readFileSync(file()) : null
    const own = hub(env)
    expect(await own.ended).toBe(1)
    const [line, ...more] = own
      .output()
      .trim()
      .split('\n')
      .filter((text) => !text.startsWith('{'))
    expect(line).toMatch(sentence)
    expect(more).toEqual([])
    expect(existsSync(file()) ? readFileSync(file()) : null).toEqual(before)
  })

  it('with another ENCRYPTION_KEY changes nothing and says what to do', async () => {
    const keys = { JWT_SECRET: secret('a') }
    const first = hub({ ...keys, ENCRYPTION_KEY: secret('b') })
    await first.url
    first.child.kill('SIGTERM')
    expect(await first.ended).toBe(0)
    const second = hub({ ...keys, ENCRYPTION_KEY: secret('c') })
    expect(await second.ended).toBe(1)
    expect(second.output()).toContain('ENCRYPTION_KEY is not the one')
    const third = hub({ ...keys, ENCRYPTION_KEY: secret('b') })
    await third.url
    third.child.kill('SIGTERM')
    expect(await third.ended).toBe(0)
  })
})

describe('a second start by mistake', () => {
  const keys = { JWT_SECRET: secret('a'), ENCRYPTION_KEY: secret('b') }

  it('is refused with a sentence and leaves the hub that runs its port, its database and its paper exchange', async () => {
    const [port, paperPort, other] = await freePorts(3)
    const env = { ...keys, PORT: `${port}`, PAPER: 'on', PAPER_PORT: `${paperPort}` }
    const first = hub(env)
    const url = await first.url
    const journal = join(dataDir, 'paper', 'journal.jsonl')
    const { ino } = statSync(journal)
    const mistakes: [NodeJS.ProcessEnv, RegExp][] = [
      [{}, new RegExp(`Port ${port} on 127\\.0\\.0\\.1 is taken`)],
      [{ PORT: `${other}` }, new RegExp(`cannot have port ${paperPort} .*PAPER_PORT`)],
      [{ PORT: `${other}`, PAPER: 'off', ENCRYPTION_KEY: secret('c') }, /ENCRYPTION_KEY is not the one/],
    ]
    for (const [changes, sentence] of mistakes) {
      const second = hub({ ...env, ...changes })
      expect(await second.ended).toBe(1)
      expect(second.output()).toMatch(sentence)
    }
    expect(statSync(journal).ino).toBe(ino)
    const body = { email: 'still@example.org', password: 'long enough for it' }
    expect((await request(url, 'POST', '/api/v1/auth/register', { body })).status).toBe(201)
    expect((await request(url, 'GET', '/readyz')).status).toBe(200)
    first.child.kill('SIGTERM')
    expect(await first.ended).toBe(0)
  }, 60_000)
})

describe('a running hub', () => {
  it('starts the paper exchange, starts it again when it dies, and leaves no process behind at SIGTERM', async () => {
    const { port, release } = await freePort()
    await release()
    const own = hub({ PAPER: 'on', PAPER_PORT: `${port}` })
    const url = await own.url
    const login = JSON.parse(readFileSync(join(dataDir, 'demo-login.json'), 'utf8'))
    const signedIn = await request(url, 'POST', '/api/v1/auth/login', { body: login })
    expect(signedIn.body.user.role).toBe('admin')
    const token = signedIn.body.access_token
    const added = await request(url, 'POST', '/api/v1/trading/exchange-keys/paper', {
      token,
      body: { exchange: 'binance', trading_mode: 'spot' },
    })
    expect(added.status).toBe(201)
    const tab = await liveTab(url, token)
    const stateOf = () => {
      const last = tab.messages.findLast(({ type }) => type === 'heartbeat' || type === 'key_status')
      return JSON.stringify(last)
    }
    await tab.until(() => stateOf()?.includes('"live"'), 'the key to be live')
    const paper = Number(await childOf(own.child.pid ?? 0))
    process.kill(paper, 'SIGKILL')
    await tab.until(() => stateOf()?.includes('"reconnecting"'), 'the key to notice')
    await tab.until(() => stateOf()?.includes('"live"'), 'the key to be live again', 30_000)
    const second = Number(await childOf(own.child.pid ?? 0))
    expect(second).not.toBe(paper)
    own.child.kill('SIGTERM')
    expect(await tab.closed()).toBe(4000)
    expect(await own.ended).toBe(0)
    expect(isRunning(second)).toBe(false)
    for (const line of own.output().trim().split('\n')) expect(() => JSON.parse(line)).not.toThrow()
    expect(own.output()).not.toContain(login.password)
  }, 90_000)

  it('ends when the process that started it is gone', async () => {
    const parent = spawn(process.execPath, ['-e', 'process.stdin.resume()'])
    const own = hub({ TRADERCOIN_PARENT_PID: `${parent.pid}` })
    await own.url
    parent.kill('SIGKILL')
    expect(await own.ended).toBe(0)
  })

  it('killed at any moment comes back with the same log, and tabs resume', async () => {
    const keys = { JWT_SECRET: secret('a'), ENCRYPTION_KEY: secret('b') }
    const first = hub(keys)
    const body = { email: 'x@example.org', password: 'long enough for it' }
    const { access_token: token } = (await request(await first.url, 'POST', '/api/v1/auth/register', { body })).body
    const tab = await liveTab(await first.url, token)
    const { epoch, seq } = (await tab.message('ready')).data
    first.child.kill('SIGKILL')
    await first.ended
    expect(await tab.closed()).toBe(1006)
    const second = hub(keys)
    const again = new TestTab(await second.url, { token, resume: { epoch, seq } })
    expect((await again.message('ready')).data).toMatchObject({ epoch, seq, recovered: true })
    again.end()
  }, 60_000)
})

describe('the command line', () => {
  it('adds, promotes and disables users, beside a running hub too', async () => {
    const own = hub()
    const url = await own.url
    const add = cli(['user', 'add', 'new@example.org'], 'a good long password\n')
    expect([await add.ended, add.output()]).toEqual([0, 'User new@example.org was added.\n'])
    const body = { email: 'new@example.org', password: 'a good long password' }
    const signedIn = await request(url, 'POST', '/api/v1/auth/login', { body })
    expect(signedIn.body.user.role).toBe('user')
    expect(await cli(['admin', 'grant', 'new@example.org']).ended).toBe(0)
    const token = signedIn.body.access_token
    expect((await request(url, 'GET', '/api/v1/auth/me', { token })).body.user.role).toBe('admin')
    const tab = await liveTab(url, token)
    expect(await cli(['user', 'disable', 'new@example.org']).ended).toBe(0)
    expect(await tab.closed(3_000)).toBe(4503)
    expect((await request(url, 'POST', '/api/v1/auth/login', { body })).status).toBe(401)
  }, 60_000)

  it('says what is wrong with a call', async () => {
    const short = cli(['user', 'add', 'new@example.org'], 'short\n')
    expect(await short.ended).toBe(2)
    expect(short.output()).toContain('password')
    expect(short.output()).not.toContain('short\n')
    const unknown = cli(['frobnicate'])
    expect([await unknown.ended, unknown.output().includes('usage')]).toEqual([2, true])
    const later = cli(['backup', 'x'])
    expect([await later.ended, later.output()]).toEqual([2, 'backup is not built yet.\n'])
    expect(await cli(['migrate']).ended).toBe(0)
  }, 60_000)
})

/** The id of the one child of a process. */
async function childOf(pid: number): Promise<string> {
  const list = spawn('ps', ['-o', 'pid=', '--ppid', `${pid}`])
  let text = ''
  for await (const chunk of list.stdout) text += chunk
  return text.trim().split('\n')[0]?.trim() ?? ''
}
