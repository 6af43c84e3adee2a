import { createInterface } from 'node:readline'
import type { WatchIo } from './watch.ts'

/** What a command reads and writes. */
export type CliIo = WatchIo

/** The command was called wrongly; its message says how. */
export class UsageError extends Error {
  override readonly name = 'UsageError'
}

/** The one argument of a command. @throws UsageError */
export function oneArgument(args: readonly string[], what: string): string {
  const [value, ...more] = args
  if (value !== undefined && more.length === 0 && !value.startsWith('-')) return value
  throw new UsageError(`This command takes ${what}.`)
}

/** The first line of a stream, for a password that is piped in. */
export async function firstLine(input: NodeJS.ReadableStream): Promise<string> {
  for await (const line of createInterface({ input })) return line
  return ''
}
