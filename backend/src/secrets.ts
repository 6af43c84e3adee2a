import { randomBytes } from 'node:crypto'
import { chmodSync, existsSync, readFileSync, renameSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { inspect } from 'node:util'
import { ConfigError } from './config.ts'
import { makeDataDir } from './data-dir.ts'

const minBytes = 32
const advice = 'Make one with: openssl rand -base64 48'
const names = ['JWT_SECRET', 'ENCRYPTION_KEY'] as const
type SecretName = (typeof names)[number]

/** What must never be printed. Its fields do not show when it is logged, inspected or serialised. */
export class Secrets {
  readonly jwtSecret!: string
  readonly encryptionKey!: string
  readonly metricsToken!: string | null

  constructor(values: { jwtSecret: string; encryptionKey: string; metricsToken: string | null }) {
    for (const [name, value] of Object.entries(values)) {
      Object.defineProperty(this, name, { value, enumerable: false })
    }
  }

  toJSON(): string {
    return '[secrets]'
  }

  [inspect.custom](): string {
    return '[secrets]'
  }
}

/**
 * The secrets of this hub, taken out of `env`. In production both must be given; nothing is opened or written. Elsewhere those
 * that are missing are generated once and kept in `dataDir/secrets.json`, readable by the owner alone.
 * @throws ConfigError that names the variable, never its value
 */
export function takeSecrets(env: NodeJS.ProcessEnv, production: boolean, dataDir: string): Secrets {
  const given: Partial<Record<SecretName, string>> = {}
  const problems: string[] = []
  for (const name of names) {
    const value = env[name]
    delete env[name]
    if (value) {
      given[name] = value
      problems.push(...problemWith(name, value))
    } else if (production) {
      problems.push(`${name} must be set when NODE_ENV=production. ${advice}`)
    }
  }
  if (given.JWT_SECRET && given.JWT_SECRET === given.ENCRYPTION_KEY) {
    problems.push('JWT_SECRET and ENCRYPTION_KEY must not be equal.')
  }
  const metricsToken = env.METRICS_TOKEN || null
  delete env.METRICS_TOKEN
  if (metricsToken && metricsToken.length < 16) problems.push('METRICS_TOKEN must have at least 16 characters.')
  if (problems.length > 0) throw new ConfigError(problems)
  const kept = given.JWT_SECRET && given.ENCRYPTION_KEY ? {} : keptSecrets(dataDir)
  return new Secrets({
    jwtSecret: given.JWT_SECRET ?? kept.JWT_SECRET ?? '',
    encryptionKey: given.ENCRYPTION_KEY ?? kept.ENCRYPTION_KEY ?? '',
    metricsToken,
  })
}

/** The generated secrets of `dataDir`, made on the first start. */
function keptSecrets(dataDir: string): Partial<Record<SecretName, string>> {
  const file = join(dataDir, 'secrets.json')
  makeDataDir(dataDir)
  if (!existsSync(file)) {
    const half = `${file}.${process.pid}`
    writeFileSync(half, `${JSON.stringify({ JWT_SECRET: generate(), ENCRYPTION_KEY: generate() }, null, 2)}\n`, {
      mode: 0o600,
      flush: true,
    })
    renameSync(half, file)
  }
  chmodSync(file, 0o600)
  const kept = parseKept(readFileSync(file, 'utf8'))
  if (!kept) throw new ConfigError([`DATA_DIR holds a secrets.json that cannot be read; restore it from a backup.`])
  return kept
}

function parseKept(text: string): Record<SecretName, string> | null {
  try {
    const kept = JSON.parse(text)
    return names.every((name) => typeof kept[name] === 'string' && kept[name].length >= minBytes) ? kept : null
  } catch {
    return null
  }
}

const generate = () => randomBytes(48).toString('base64url')

function problemWith(name: SecretName, value: string): string[] {
  if (decodedBytes(value) < minBytes) return [`${name} must hold at least ${minBytes} bytes. ${advice}`]
  if (isSample(value)) return [`${name} looks like a sample value. ${advice}`]
  return []
}

/** How many bytes the text stands for: hex and padded base64 are counted decoded, other text as it is. */
function decodedBytes(value: string): number {
  if (/^([0-9a-f]{2})+$/i.test(value)) return value.length / 2
  if (/^[A-Za-z0-9+/]+={1,2}$/.test(value)) return Buffer.from(value, 'base64').length
  return Buffer.byteLength(value)
}

const samples = [
  'changeme',
  'change-me',
  'change_me',
  'secret',
  'password',
  'example',
  'your-',
  'your_',
  'test',
  'sample',
  'default',
  'placeholder',
]

function isSample(value: string): boolean {
  const plain = value.toLowerCase()
  return new Set(plain).size < 8 || samples.some((word) => plain.includes(word))
}
