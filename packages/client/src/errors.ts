import type { Problem } from '@tradercoin/protocol'

/** The root of what this package throws. `retryable`: the same call may succeed later. */
export class ClientError extends Error {
  override name = 'ClientError'
  readonly retryable: boolean

  constructor(message: string, retryable: boolean, options?: ErrorOptions) {
    super(message, options)
    this.retryable = retryable
  }
}

/** The hub answered, and the answer is a refusal: the fields of its problem document (RFC 9457). */
export class ApiError extends ClientError {
  override name = 'ApiError'
  readonly status: number
  /** Stable, for programs: `invalid_credentials`, `withdraw_permission`, … */
  readonly code: string
  readonly title: string
  readonly detail: string
  readonly requestId: string | null
  readonly errors: NonNullable<Problem['errors']>
  /** What `Retry-After` asks, when it is there. */
  readonly retryAfterMs: number | null

  constructor(problem: Partial<Problem> & { status: number }, retryAfterMs: number | null) {
    const title = problem.title ?? `HTTP ${problem.status}`
    super(problem.detail ?? title, problem.status === 429 || problem.status >= 500)
    this.status = problem.status
    this.code = problem.code ?? 'http_error'
    this.title = title
    this.detail = problem.detail ?? title
    this.requestId = problem.request_id ?? null
    this.errors = problem.errors ?? []
    this.retryAfterMs = retryAfterMs
  }
}

/** No answer: the hub could not be reached or did not answer in time. Whether it acted on the request is not known. */
export class NetworkError extends ClientError {
  override name = 'NetworkError'

  constructor(message: string, options?: ErrorOptions) {
    super(message, true, options)
  }
}
