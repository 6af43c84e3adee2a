import { ExchangeError, type ExchangeErrorKind, type VenueErrorCode } from '@tradercoin/exchanges'
import type { FastifyError } from 'fastify'
import { hasZodFastifySchemaValidationErrors } from 'fastify-type-provider-zod'
import { InvalidOrder } from '../accounts/order-check.ts'
import { PasswordsBusy } from '../auth/passwords.ts'
import { SignInRefused } from '../auth/sign-in.ts'
import { JobError } from '../store/errors.ts'
import { notFound, Problem } from './problem.ts'

/** Turns whatever a route threw into a problem; null for what no one expected, which is answered 500 without its cause. */
export function problemOfError(error: unknown, now: number, badValueStatus: 400 | 422): Problem | null {
  if (error instanceof Problem) return error
  if (error instanceof SignInRefused) return ofSignIn(error)
  if (error instanceof PasswordsBusy) return new Problem(503, 'busy', error.message, retryAfter(2))
  if (error instanceof JobError) return ofJob(error)
  if (error instanceof InvalidOrder) return ofInvalidOrder(error)
  if (error instanceof ExchangeError) return ofExchange(error, now)
  if (hasZodFastifySchemaValidationErrors(error))
    return ofValidation(error as unknown as ValidationError, badValueStatus)
  return ofFastify(error as Partial<FastifyError>)
}

const retryAfter = (seconds: number) => ({ headers: { 'retry-after': `${Math.max(1, Math.ceil(seconds))}` } })

function ofSignIn(error: SignInRefused): Problem {
  return new Problem(error.code === 'registration_closed' ? 403 : 401, error.code, error.message)
}

function ofJob({ code, message }: JobError): Problem | null {
  if (code === 'not_found') return notFound()
  if (code === 'email_taken' || code === 'account_already_added') return new Problem(409, code, message)
  if (code === 'order_closed') return new Problem(409, code, `The order has ended: ${message}.`)
  if (code === 'client_order_id_used') {
    return new Problem(409, code, 'An order with this client_order_id was placed before; use another.')
  }
  const refusal = orderRefusals[code]
  if (refusal) return refusal(message)
  if (['busy', 'closed', 'fenced', 'storage'].includes(code)) {
    return new Problem(
      503,
      'unavailable',
      'The hub cannot store changes just now; try again in a moment.',
      retryAfter(5),
    )
  }
  return null
}

/** Refusals of an order, a change or a cancel that the state of things leaves no room for; by code, `told` being the job's message. */
const orderRefusals: Record<string, (told: string) => Problem> = {
  order_not_confirmed: () =>
    new Problem(409, 'order_not_confirmed', 'The exchange has not confirmed this order yet; try again in a moment.'),
  cancel_in_progress: () => new Problem(409, 'cancel_in_progress', 'A cancel of this order is on its way.'),
  amend_in_progress: () =>
    new Problem(409, 'amend_in_progress', 'Another change of this order is on its way; try again once it shows.'),
  quantity_executed: (executed) => {
    const message = `must be more than ${executed}, which has been executed`
    const errors = [{ field: 'quantity', message, rule: 'min_quantity', limit: executed }]
    return new Problem(422, 'invalid_order', `The quantity ${message}.`, { errors })
  },
  no_position: () => new Problem(409, 'no_position', 'There is no open position on this symbol to close.'),
  position_side_needed: () =>
    new Problem(422, 'invalid_order', 'Both a long and a short position are open: say which to close.', {
      errors: [{ field: 'position_side', message: 'is needed: LONG or SHORT' }],
    }),
  margin_mode_needed: () =>
    new Problem(422, 'invalid_order', 'A cross and an isolated position are open: name the margin_mode of one.', {
      errors: [{ field: 'margin_mode', message: 'is needed: CROSS or ISOLATED' }],
    }),
  side_does_not_close: (side) =>
    new Problem(422, 'invalid_order', `This position is closed by a ${side}.`, {
      errors: [{ field: 'side', message: `must be ${side}` }],
    }),
}

function ofInvalidOrder({ message, problems }: InvalidOrder): Problem {
  const isUnsupported = problems.some(({ rule }) => rule === 'amend_not_supported')
  return new Problem(422, isUnsupported ? 'amend_not_supported' : 'invalid_order', message, { errors: [...problems] })
}

/** What each kind of venue error means to the one who asked. `auth` and `clock` are about the key, so they are 422. */
const exchangeStatus: Record<ExchangeErrorKind, number> = {
  not_sent: 502,
  refused: 422,
  not_found: 422,
  unknown_outcome: 502,
  rate_limit: 503,
  auth: 422,
  clock: 422,
  unavailable: 503,
}

/** The field of a new key that an exchange's refusal is about. */
const fieldsAtFault: Partial<Record<VenueErrorCode, string>> = {
  unknown_key: 'api_key',
  key_expired: 'api_key',
  invalid_credentials: 'api_secret',
  wrong_passphrase: 'passphrase',
  wrong_environment: 'environment',
}

/** When to ask again where the exchange has not said. */
const unavailableRetrySeconds = 10

function ofExchange(error: ExchangeError, now: number): Problem {
  const status = exchangeStatus[error.kind]
  // The hub's own trouble has the code `unavailable`.
  const code = error.code === 'unavailable' ? 'exchange_unavailable' : error.code
  const seconds = error.retry_at === null ? unavailableRetrySeconds : (error.retry_at - now) / 1000
  const field = fieldsAtFault[error.code]
  return new Problem(status, code, error.message, {
    ...(status === 503 && retryAfter(seconds)),
    ...(field !== undefined && { errors: [{ field, message: error.message }] }),
  })
}

interface Issue {
  keyword: string
  instancePath: string
  message: string
  params: { keys?: string[] }
}
interface ValidationError {
  validationContext?: string
  validation: Issue[]
}

/** What is unknown or missing is a mistake in the request, 400; `badValueStatus` is for values that a route refuses as such. */
function ofValidation(error: ValidationError, badValueStatus: 400 | 422): Problem {
  const errors = error.validation.flatMap(({ keyword, instancePath, message, params }) => {
    const path = instancePath.split('/').filter(Boolean).join('.')
    if (keyword !== 'unrecognized_keys') return [{ field: path || 'body', message }]
    return (params.keys ?? []).map((key) => ({ field: path ? `${path}.${key}` : key, message: 'is not known here' }))
  })
  const where = error.validationContext === 'querystring' ? 'query' : 'body'
  const named = errors.map(({ field }) => field).join(', ')
  const isValue = where === 'body' && error.validation.every(({ keyword }) => keyword !== 'unrecognized_keys')
  return new Problem(isValue ? badValueStatus : 400, 'invalid_request', `The ${where} is not valid: see ${named}.`, {
    errors,
  })
}

const fastifyDetails: Record<number, [code: string, detail: string]> = {
  400: ['invalid_request', 'The request is not valid JSON over HTTP.'],
  413: ['too_large', 'The body is larger than this hub takes.'],
  414: ['too_large', 'The address is longer than this hub takes.'],
  415: ['unsupported_media_type', 'Send the body as application/json.'],
  429: ['too_many_requests', 'Too many requests; slow down and try again.'],
}

function ofFastify({ statusCode }: Partial<FastifyError>): Problem | null {
  const known = fastifyDetails[statusCode ?? 500]
  if (known) return new Problem(statusCode ?? 400, ...known)
  return statusCode !== undefined && statusCode < 500
    ? new Problem(statusCode, 'invalid_request', 'Not possible.')
    : null
}
