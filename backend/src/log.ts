import { type DestinationStream, type Logger, pino } from 'pino'
import type { Config } from './config.ts'

export type { Logger }

/** Field names whose values never reach a log line, at the top or one or two levels down. */
const secretFields = [
  'password',
  'current_password',
  'new_password',
  'token',
  'access_token',
  'refresh_token',
  'api_key',
  'api_secret',
  'secret',
  'passphrase',
  'listen_key',
  'listenKey',
  'signature',
  'credentials',
  'authorization',
  'cookie',
  'totp',
]

/**
 * The hub's root logger: JSON lines to stdout. Log fields, not sentences. Errors are cut down to name, code, message and stack, so
 * that no request, header or reply hanging on them is printed.
 */
export function createLog(config: Pick<Config, 'logLevel' | 'nodeName'>, destination?: DestinationStream): Logger {
  const options = {
    level: config.logLevel,
    base: { node: config.nodeName },
    timestamp: pino.stdTimeFunctions.isoTime,
    formatters: { level: (label: string) => ({ level: label }) },
    serializers: { err: plainError, error: plainError, req: hidden, res: hidden },
    redact: {
      paths: secretFields.flatMap((field) => [field, `*.${field}`, `*.*.${field}`]),
      censor: '[redacted]',
    },
  }
  return destination ? pino(options, destination) : pino(options)
}

/** Requests and replies carry headers and URLs; the request hook logs what may be known of them. */
const hidden = () => undefined

/** What a log line tells of an error. */
export function plainError(error: unknown): Record<string, unknown> {
  if (!(error instanceof Error)) return { message: withoutQueries(String(error)) }
  const { code, kind } = error as { code?: unknown; kind?: unknown }
  return {
    name: error.name,
    ...(typeof code === 'string' && { code }),
    ...(typeof kind === 'string' && { kind }),
    message: withoutQueries(error.message),
    stack: withoutQueries(error.stack ?? ''),
  }
}

/** URLs of venues carry listen keys and signatures behind the question mark, so what follows it is cut. */
const withoutQueries = (text: string) => text.replace(/((?:https?|wss?):\/\/[^\s?'"]+)\?[^\s'"]*/g, '$1?[cut]')
