import { venueDescriptions } from '@tradercoin/exchanges'

/** Every variable the hub, the start script or the web build reads. */
export const knownVariables: readonly string[] = [
  'PORT',
  'HOST',
  'PUBLIC_URL',
  'TRUST_PROXY',
  'DATA_DIR',
  'DATABASE_URL',
  'REDIS_URL',
  'JWT_SECRET',
  'ENCRYPTION_KEY',
  'CORS_ORIGINS',
  'REGISTRATION',
  'PAPER',
  'PAPER_PORT',
  'PAPER_SEED',
  'LOG_LEVEL',
  'NODE_NAME',
  'NODE_ENV',
  'METRICS_TOKEN',
  'NEXT_PUBLIC_API_URL',
  'TRADERCOIN_PARENT_PID',
  ...new Set(venueDescriptions.flatMap(({ url_variables }) => url_variables.map(({ variable }) => variable))),
]

/** Names other programs use that happen to be close to ours. */
const otherPrograms = new Set(['PAGER', 'HOME', 'HOSTNAME', 'NODE_OPTIONS', 'NODE_PATH'])

/** One sentence for each name that is nearly, but not quite, one of ours. */
export function spellingWarnings(names: readonly string[]): string[] {
  const known: ReadonlySet<string> = new Set(knownVariables)
  return names
    .filter((name) => !known.has(name) && !otherPrograms.has(name))
    .flatMap((name) => {
      const meant = knownVariables.find((ours) => isNear(name, ours))
      return meant ? [`The variable ${name} is not known. Did you mean ${meant}?`] : []
    })
}

function isNear(name: string, ours: string): boolean {
  if (plain(name) === plain(ours)) return true
  return editDistance(name.toUpperCase(), ours) <= (ours.length <= 6 ? 1 : 2)
}

const plain = (name: string) => name.toUpperCase().replaceAll(/[_-]/g, '')

/** Letters to insert, delete or replace to turn `a` into `b`. */
function editDistance(a: string, b: string): number {
  let row = Array.from({ length: b.length + 1 }, (_, index) => index)
  for (let i = 1; i <= a.length; i++) {
    const next = [i]
    for (let j = 1; j <= b.length; j++) {
      const replace = (row[j - 1] ?? 0) + (a[i - 1] === b[j - 1] ? 0 : 1)
      next.push(Math.min(replace, (row[j] ?? 0) + 1, (next[j - 1] ?? 0) + 1))
    }
    row = next
  }
  return row[b.length] ?? 0
}
