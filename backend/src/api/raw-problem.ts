import { randomUUID } from 'node:crypto'
import type { Duplex } from 'node:stream'
import { Problem, problemBody, problemType } from './problem.ts'

/** Answers with a problem on a line that no request handler has, and hangs up. */
export function endWithProblem(line: Duplex, problem: Problem): void {
  const body = problemBody(problem, randomUUID())
  const text = JSON.stringify(body)
  const headers = {
    Connection: 'close',
    'Content-Type': problemType,
    'Cache-Control': 'no-store',
    'X-Content-Type-Options': 'nosniff',
    'Content-Length': Buffer.byteLength(text),
    ...problem.headers,
  }
  const lines = Object.entries(headers).map(([name, value]) => `${name}: ${value}`)
  line.end([`HTTP/1.1 ${problem.status} ${body.title}`, ...lines, '', text].join('\r\n'), () => line.destroy())
}

/** What came is no request that could be routed: its headers never ended, are too large, or are not HTTP. */
export function answerBrokenRequest(error: Error & { code?: string }, line: Duplex): void {
  if (error.code === 'ECONNRESET' || !line.writable) {
    line.destroy()
    return
  }
  endWithProblem(line, problemOfLine(error.code))
}

function problemOfLine(code: string | undefined): Problem {
  if (code === 'ERR_HTTP_REQUEST_TIMEOUT') {
    return new Problem(408, 'request_timeout', 'The request did not arrive whole in time; send it again.')
  }
  if (code === 'HPE_HEADER_OVERFLOW') {
    return new Problem(431, 'headers_too_large', 'The headers of the request are larger than this hub takes.')
  }
  if (code === 'HPE_CHUNK_EXTENSIONS_OVERFLOW') {
    return new Problem(413, 'too_large', 'The body is larger than this hub takes.')
  }
  return new Problem(400, 'invalid_request', 'What was sent is not a valid HTTP request.')
}
