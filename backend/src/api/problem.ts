import { STATUS_CODES } from 'node:http'
import type { ExchangeKey, Problem as ProblemBody } from '@tradercoin/protocol'

/** A refusal on its way to the client as RFC 9457 problem details. `detail` is a sentence that says how to mend it. */
export class Problem extends Error {
  override readonly name = 'Problem'
  readonly status: number
  readonly code: string
  readonly errors: ProblemBody['errors']
  readonly headers: Record<string, string>

  constructor(
    status: number,
    code: string,
    detail: string,
    more: { errors?: NonNullable<ProblemBody['errors']>; headers?: Record<string, string> } = {},
  ) {
    super(detail)
    this.status = status
    this.code = code
    this.errors = more.errors
    this.headers = more.headers ?? {}
  }
}

export const problemType = 'application/problem+json'

export function problemBody({ status, code, message, errors }: Problem, requestId: string): ProblemBody {
  return {
    type: 'about:blank',
    title: STATUS_CODES[status] ?? 'Error',
    status,
    detail: message,
    code,
    request_id: requestId,
    ...(errors && { errors }),
  }
}

/** The one answer for what is not there, is not yours, or has an id of the wrong form. */
export const notFound = () => new Problem(404, 'not_found', 'There is nothing here.')

/** @throws Problem 409 for a key that the hub does not use just now */
export function refuseIdleKey(key: Pick<ExchangeKey, 'is_active' | 'is_suspended' | 'state_reason'>): void {
  if (!key.is_active) throw new Problem(409, 'key_inactive', 'The key is switched off; switch it on first.')
  if (key.is_suspended) throw new Problem(409, 'key_suspended', key.state_reason ?? 'The key is suspended.')
}

/** Our ids are positive integers; anything else names nothing. @throws Problem 404 */
export function idOf(text: string): number {
  if (!/^[1-9]\d{0,14}$/.test(text)) throw notFound()
  return Number(text) // not money: an id
}
