import { randomBytes } from 'node:crypto'
import { dirname, resolve } from 'node:path'
import { fileURLToPath } from 'node:url'
import { venueDescriptions } from '@tradercoin/exchanges'
import { spellingWarnings } from './config-spelling.ts'

/** Where the built pages and the simulator are found: the root of the repository, or of the installed package. */
const root = resolve(dirname(fileURLToPath(import.meta.url)), '..', '..')

export const logLevels = ['fatal', 'error', 'warn', 'info', 'debug', 'trace', 'silent'] as const

/** What the hub does about the paper exchange. */
export type PaperSetting =
  | { mode: 'off' }
  | { mode: 'child'; port: number; seed: string | null }
  | { mode: 'url'; url: string }

/** Everything the environment says, except secrets. Read once; nobody else reads process.env. */
export interface Config {
  production: boolean
  host: string
  port: number
  /** Origin that people open; null: made of host and port once the hub listens. */
  publicUrl: string | null
  /** Addresses, ranges or names (`loopback`) of proxies whose X-Forwarded-* count. */
  trustProxy: string[]
  dataDir: string
  corsOrigins: string[]
  registration: 'open' | 'closed'
  paper: PaperSetting
  logLevel: (typeof logLevels)[number]
  nodeName: string
  /** Base URLs given for the `live` environment, by variable; one that is not here is the venue's own. */
  liveUrls: Readonly<Record<string, string>>
  /** Folder of the exported web pages. */
  webRoot: string
  /** Process whose end also ends this one; null: none. */
  parentPid: number | null
}

/** A setting that stops the start. `problems` are sentences that name variables, never their values. */
export class ConfigError extends Error {
  override readonly name = 'ConfigError'
  readonly problems: readonly string[]
  constructor(problems: readonly string[]) {
    super(problems.join('\n'))
    this.problems = problems
  }
}

/**
 * Turns the environment into one Config.
 * @returns the config and warnings for names that look like misspelled ones
 * @throws ConfigError with one sentence for each bad variable
 */
export function readConfig(env: NodeJS.ProcessEnv): { config: Config; warnings: string[] } {
  const problems: string[] = []
  const check = <T>(name: string, rule: string, parse: (text: string) => T | undefined, fallback: T): T => {
    const text = env[name]
    if (text === undefined || text === '') return fallback
    const value = parse(text.trim())
    if (value === undefined) problems.push(`${name} ${rule}`)
    return value ?? fallback
  }
  const url = (name: string, protocols: string[]) =>
    check<string | null>(name, `must be a URL that starts with ${protocols.join(' or ')}`, baseUrl(protocols), null)

  for (const [name, what] of [
    ['DATABASE_URL', 'PostgreSQL is not built yet: unset it to use the embedded database in DATA_DIR.'],
    ['REDIS_URL', 'Joining several hubs through Redis is not built yet: unset it to run one hub.'],
  ] as const) {
    if (env[name]) problems.push(`${name} is set, but ${what}`)
  }

  const production = env.NODE_ENV === 'production'
  const host = check('HOST', 'must be an address or a host name', hostName, '127.0.0.1')
  const port = check('PORT', 'must be a port number from 0 to 65535', portNumber, 8080)
  const config: Config = {
    production,
    host,
    port,
    publicUrl: check<string | null>(
      'PUBLIC_URL',
      'must be an http or https address without a path, such as https://hub.example.org',
      origin,
      null,
    ),
    trustProxy: check('TRUST_PROXY', 'must be off, loopback, or addresses and ranges with commas', proxies, []),
    dataDir: resolve(env.DATA_DIR || './data'),
    corsOrigins: check(
      'CORS_ORIGINS',
      'must be exact origins with commas between, without paths or wildcards',
      origins,
      [],
    ),
    registration: check<'open' | 'closed'>('REGISTRATION', 'must be open or closed', oneOf('open', 'closed'), 'open'),
    paper: readPaper(env, production, check),
    logLevel: check('LOG_LEVEL', `must be one of ${logLevels.join(', ')}`, oneOf(...logLevels), 'info'),
    nodeName: check(
      'NODE_NAME',
      'must be 1 to 64 of A-Z, a-z, 0-9, . _ -',
      nodeName,
      `hub-${randomBytes(4).toString('hex')}`,
    ),
    liveUrls: readLiveUrls(url),
    webRoot: resolve(root, 'frontend', 'out'),
    parentPid: check<number | null>('TRADERCOIN_PARENT_PID', 'must be a process id', processId, null),
  }
  if (problems.length > 0) throw new ConfigError(problems)
  return { config, warnings: spellingWarnings(Object.keys(env)) }
}

type Check = <T>(name: string, rule: string, parse: (text: string) => T | undefined, fallback: T) => T

function readPaper(env: NodeJS.ProcessEnv, production: boolean, check: Check): PaperSetting {
  const port = check(
    'PAPER_PORT',
    'must be a port number from 1 to 65535',
    (text) => portNumber(text) || undefined,
    9100,
  )
  const child = { mode: 'child', port, seed: env.PAPER_SEED || null } as const
  return check<PaperSetting>(
    'PAPER',
    'must be on, off, or the http address of a paper exchange on this machine, such as http://127.0.0.1:9100',
    (text) => {
      if (text === 'on') return child
      if (text === 'off') return { mode: 'off' }
      const url = baseUrl(['http://', 'https://'])(text)
      return url ? { mode: 'url', url } : undefined
    },
    production ? { mode: 'off' } : child,
  )
}

function readLiveUrls(url: (name: string, protocols: string[]) => string | null): Config['liveUrls'] {
  const isSocket = { rest: false, wallet: false, ws_api: true, stream: true }
  const given: Record<string, string> = {}
  const variables = venueDescriptions.flatMap(({ url_variables }) => url_variables)
  // One that serves several modes is named once for each.
  for (const { variable, part } of new Map(variables.map((each) => [each.variable, each])).values()) {
    const value = url(variable, isSocket[part] ? ['wss://', 'ws://'] : ['https://', 'http://'])
    if (value !== null) given[variable] = value
  }
  return given
}

const oneOf =
  <T extends string>(...words: T[]) =>
  (text: string): T | undefined =>
    words.find((word) => word === text)

function portNumber(text: string): number | undefined {
  const port = /^\d{1,5}$/.test(text) ? Number(text) : -1 // not money: a port
  return port >= 0 && port <= 65535 ? port : undefined
}

function processId(text: string): number | undefined {
  return /^[1-9]\d{0,9}$/.test(text) ? Number(text) : undefined // not money: a process id
}

const hostName = (text: string) => (/^[A-Za-z0-9.:_-]+$/.test(text) ? text : undefined)
const nodeName = (text: string) => (/^[A-Za-z0-9._-]{1,64}$/.test(text) ? text : undefined)

function proxies(text: string): string[] | undefined {
  if (text === 'off') return []
  const parts = text.split(',').map((part) => part.trim())
  const known = /^(loopback|linklocal|uniquelocal|[0-9a-fA-F.:]+(\/\d{1,3})?)$/
  return parts.every((part) => known.test(part)) ? parts : undefined
}

function origin(text: string): string | undefined {
  const url = parseUrl(text)
  if (!url || !['http:', 'https:'].includes(url.protocol)) return undefined
  return url.pathname === '/' && !url.search && !url.hash && !url.username ? url.origin : undefined
}

function origins(text: string): string[] | undefined {
  const list = text.split(',').map((part) => origin(part.trim()))
  return list.every((item) => item !== undefined) ? list : undefined
}

const baseUrl = (protocols: string[]) => (text: string) => {
  const url = parseUrl(text)
  const fits = url && protocols.includes(`${url.protocol}//`) && !url.search && !url.hash && !url.username
  return fits ? text.replace(/\/+$/, '') : undefined
}

function parseUrl(text: string): URL | null {
  return URL.canParse(text) ? new URL(text) : null
}
