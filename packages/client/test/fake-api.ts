import { once } from 'node:events'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'

export interface FakeApi {
  baseUrl: string
  /** `METHOD /path?query` of every request, oldest first. */
  requests: { line: string; headers: IncomingMessage['headers']; body: unknown }[]
  /** Access tokens that are good now. */
  accepted: Set<string>
  /** The refresh token that is good now; null: nobody is logged in. */
  refreshToken: string | null
  /** How the next requests to a `METHOD /path` are answered, instead of by default. */
  answers: Map<string, { status: number; body?: unknown; headers?: Record<string, string> } | 'hang' | 'cut'>
  close(): Promise<void>
}

const user = { id: 7, email: 'a@example.org', role: 'user', created_at: 1 }

/** A real HTTP server with the hub's session rules: short access tokens, a refresh cookie that rotates. */
export async function startFakeApi(): Promise<FakeApi> {
  let issued = 0
  const api: FakeApi = {
    baseUrl: '',
    requests: [],
    accepted: new Set(),
    refreshToken: null,
    answers: new Map(),
    async close() {
      server.closeAllConnections()
      server.close()
      await once(server, 'close')
    },
  }
  const server = createServer(async (request, response) => {
    const text = await readAll(request)
    const path = (request.url ?? '').replace('/api/v1', '')
    const body: unknown = text === '' ? undefined : JSON.parse(text)
    api.requests.push({ line: `${request.method} ${path}`, headers: request.headers, body })
    const answer = api.answers.get(`${request.method} ${path.split('?')[0]}`)
    if (answer === 'hang') return
    if (answer === 'cut') return request.socket.destroy()
    if (answer) return reply(response, answer.status, answer.body, answer.headers)
    if (path === '/auth/login' || path === '/auth/register') return begin(response)
    if (path === '/auth/refresh') {
      const isCurrent = request.headers.cookie === `__Host-refresh=${api.refreshToken}`
      return isCurrent ? begin(response) : problem(response, 401, 'no_session')
    }
    if (!api.accepted.has((request.headers.authorization ?? '').replace('Bearer ', ''))) {
      return problem(response, 401, 'invalid_token')
    }
    if (path === '/auth/logout') {
      api.refreshToken = null
      return reply(response, 204, undefined, { 'set-cookie': '__Host-refresh=; Max-Age=0; Path=/' })
    }
    reply(response, 200, { items: [], next_cursor: null })
  })

  function begin(response: ServerResponse) {
    issued += 1
    api.refreshToken = `refresh-${issued}`
    api.accepted = new Set([`access-${issued}`])
    const cookie = `__Host-refresh=${api.refreshToken}; Secure; HttpOnly; SameSite=Strict; Path=/`
    reply(response, 200, { user, access_token: `access-${issued}`, expires_in: 600 }, { 'set-cookie': cookie })
  }

  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  api.baseUrl = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  return api
}

function reply(response: ServerResponse, status: number, body: unknown, headers: Record<string, string> = {}) {
  const type = status >= 400 ? 'application/problem+json' : 'application/json'
  response.writeHead(status, body === undefined ? headers : { 'content-type': type, ...headers })
  response.end(body === undefined ? undefined : JSON.stringify(body))
}

function problem(response: ServerResponse, status: number, code: string) {
  reply(response, status, { type: 'about:blank', title: 'No', status, detail: 'Not so.', code, request_id: 'r1' })
}

async function readAll(request: IncomingMessage): Promise<string> {
  let text = ''
  for await (const chunk of request) text += chunk
  return text
}
