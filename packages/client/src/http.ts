import type { Problem } from '@tradercoin/protocol'
import { ApiError, NetworkError } from './errors.ts'

const requestTimeoutMs = 20_000

export type Query = Readonly<Record<string, string | number | boolean | readonly string[] | null | undefined>>

export interface RequestOptions {
  query?: Query | undefined
  body?: unknown
  headers?: Record<string, string>
  signal?: AbortSignal | undefined
  credentials?: 'include' | 'same-origin'
}

export interface Answer {
  body: unknown
  headers: Headers
}

export type Fetch = typeof globalThis.fetch

/** One HTTP request with a deadline. Throws ApiError for a refusal, NetworkError when there was no answer. */
export async function request(
  fetch: Fetch,
  method: string,
  url: string,
  options: RequestOptions = {},
): Promise<Answer> {
  const deadline = AbortSignal.timeout(requestTimeoutMs)
  const init: RequestInit = {
    method,
    headers: {
      accept: 'application/json',
      ...(options.body === undefined ? {} : { 'content-type': 'application/json' }),
      ...options.headers,
    },
    credentials: options.credentials ?? 'same-origin',
    signal: options.signal ? AbortSignal.any([options.signal, deadline]) : deadline,
    ...(options.body === undefined ? {} : { body: JSON.stringify(options.body) }),
  }
  let response: Response
  let text: string
  try {
    response = await fetch(withQuery(url, options.query), init)
    text = await response.text()
  } catch (error) {
    if (options.signal?.aborted) throw error
    throw new NetworkError(
      deadline.aborted
        ? `The hub did not answer within ${requestTimeoutMs / 1000} s.`
        : 'The hub could not be reached.',
      { cause: error },
    )
  }
  const body = parseBody(text)
  if (response.ok) return { body, headers: response.headers }
  const problem: Partial<Problem> = typeof body === 'object' && body !== null ? body : {}
  throw new ApiError({ ...problem, status: response.status }, retryAfterMs(response.headers.get('retry-after')))
}

function withQuery(url: string, query: Query = {}): string {
  const params = new URLSearchParams()
  for (const [name, value] of Object.entries(query)) {
    if (value !== null && value !== undefined) params.set(name, String(value))
  }
  const text = params.toString()
  return text === '' ? url : `${url}?${text}`
}

function parseBody(text: string): unknown {
  if (text === '') return undefined
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}

function retryAfterMs(header: string | null): number | null {
  return header !== null && /^\d+$/.test(header) ? Number(header) * 1000 : null // not money: seconds
}
