import { mkdtempSync, readFileSync, statSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { inspect } from 'node:util'
import { describe, expect, it } from 'vitest'
import { ConfigError, readConfig } from './config.ts'
import { takeSecrets } from './secrets.ts'

const problemsOf = (act: () => unknown): string => {
  try {
    act()
  } catch (error) {
    expect(error).toBeInstanceOf(ConfigError)
    return (error as ConfigError).problems.join('\n')
  }
  return ''
}

const good = 'kX0vR3mZq8Lw2TnYp6Bc9Hd4Jf7Gs1Ua5Ei'
const other = 'Zq8Lw2TnYp6Bc9Hd4Jf7Gs1Ua5EikX0vR3m'

describe('readConfig', () => {
  it('has working defaults outside production', () => {
    const { config, warnings } = readConfig({})
    expect(config).toMatchObject({
      production: false,
      host: '127.0.0.1',
      port: 8080,
      publicUrl: null,
      registration: 'open',
      paper: { mode: 'child', port: 9100 },
      trustProxy: [],
      corsOrigins: [],
    })
    expect(warnings).toEqual([])
  })

  it('starts no paper exchange in production unless asked', () => {
    expect(readConfig({ NODE_ENV: 'production' }).config.paper).toEqual({ mode: 'off' })
    expect(readConfig({ NODE_ENV: 'production', PAPER: 'on' }).config.paper.mode).toBe('child')
    expect(readConfig({ PAPER: 'http://127.0.0.1:9100/' }).config.paper).toEqual({
      mode: 'url',
      url: 'http://127.0.0.1:9100',
    })
  })

  it.each([
    ['PORT', '80a80'],
    ['PORT', '70000'],
    ['PORT', '-1'],
    ['PUBLIC_URL', 'hub.example.net'],
    ['PUBLIC_URL', 'https://hub.example.net/path'],
    ['TRUST_PROXY', 'true-ish'],
    ['CORS_ORIGINS', '*'],
    ['CORS_ORIGINS', 'https://a.example,https://b.example/x'],
    ['REGISTRATION', 'maybe'],
    ['PAPER', 'yes-please'],
    ['PAPER_PORT', '0'],
    ['LOG_LEVEL', 'loudest'],
    ['NODE_NAME', 'a b'],
    ['BINANCE_SPOT_REST_URL', 'wss://x.example'],
    ['BINANCE_FUTURES_STREAM_URL', 'https://x.example'],
    ['DATABASE_URL', 'postgres://user:hidden@db/x'],
    ['REDIS_URL', 'redis://:hidden@cache'],
  ])('refuses %s=%s by name, without its value', (name, value) => {
    const said = problemsOf(() => readConfig({ [name]: value }))
    expect(said).toContain(name)
    expect(said).not.toContain(value)
    expect(said.split('\n')).toHaveLength(1)
  })

  it('names every bad variable at once', () => {
    const said = problemsOf(() => readConfig({ PORT: 'x', PAPER: 'x', REGISTRATION: 'x' }))
    expect(said.split('\n')).toHaveLength(3)
  })

  it('warns of near misses and leaves other names alone', () => {
    const { warnings } = readConfig({
      JWTSECRET: 'x',
      PROT: '1',
      ENCRYPTON_KEY: 'x',
      PATH: '/bin',
      HOME: '/',
      PAGER: 'less',
    })
    expect(warnings.map((text) => text.match(/Did you mean (\w+)/)?.[1])).toEqual(['JWT_SECRET', 'ENCRYPTION_KEY'])
    expect(readConfig({ DATADIR: 'x', BINANCE_SPOT_WS_URL: 'x', port: '1' }).warnings).toHaveLength(2)
  })
})

describe('takeSecrets', () => {
  const production = (env: NodeJS.ProcessEnv) => problemsOf(() => takeSecrets(env, true, '/nowhere/at/all'))

  it.each([
    ['a sample', { JWT_SECRET: 'changeme', ENCRYPTION_KEY: good }, 'JWT_SECRET'],
    ['a long sample', { JWT_SECRET: 'please-changeme-before-you-go-live-ok', ENCRYPTION_KEY: good }, 'JWT_SECRET'],
    ['31 bytes', { JWT_SECRET: good.slice(0, 31), ENCRYPTION_KEY: good }, 'JWT_SECRET'],
    [
      '62 hex digits',
      { JWT_SECRET: good, ENCRYPTION_KEY: `${'4f'.repeat(15)}0123456789abcdef0123456789abcdef` },
      'ENCRYPTION_KEY',
    ],
    ['one letter', { JWT_SECRET: 'a'.repeat(40), ENCRYPTION_KEY: good }, 'JWT_SECRET'],
    ['equal', { JWT_SECRET: good, ENCRYPTION_KEY: good }, 'ENCRYPTION_KEY'],
    ['missing', { JWT_SECRET: good }, 'ENCRYPTION_KEY'],
  ])('refuses %s in production by name, without the value', (_what, env, name) => {
    const values = Object.values(env)
    const said = production({ ...env })
    expect(said).toContain(name)
    for (const value of values) expect(said).not.toContain(value)
  })

  it('takes good ones out of the environment and shows them to nobody', () => {
    const env = { JWT_SECRET: good, ENCRYPTION_KEY: other, METRICS_TOKEN: 'm'.repeat(20) }
    const secrets = takeSecrets(env, true, '/nowhere/at/all')
    expect(env).toEqual({})
    expect(secrets.jwtSecret).toBe(good)
    for (const shown of [inspect(secrets), JSON.stringify({ secrets }), String(secrets), inspect({ ...secrets })]) {
      expect(shown).not.toContain(good)
      expect(shown).not.toContain(other)
    }
  })

  it('generates them once outside production, for the owner alone', () => {
    const dataDir = join(mkdtempSync(join(tmpdir(), 'tradercoin-')), 'data')
    const first = takeSecrets({}, false, dataDir)
    const again = takeSecrets({}, false, dataDir)
    expect(again.jwtSecret).toBe(first.jwtSecret)
    expect(first.jwtSecret).not.toBe(first.encryptionKey)
    expect(statSync(join(dataDir, 'secrets.json')).mode & 0o777).toBe(0o600)
    expect(readFileSync(join(dataDir, 'secrets.json'), 'utf8')).toContain(first.encryptionKey)
  })
})
