import { randomUUID } from 'node:crypto'
import type { Server } from 'node:http'
import cookie from '@fastify/cookie'
import cors from '@fastify/cors'
import helmet from '@fastify/helmet'
import rateLimit from '@fastify/rate-limit'
import Fastify, {
  type FastifyBaseLogger,
  type FastifyInstance,
  type FastifyReply,
  type FastifyRequest,
  type RawReplyDefaultExpression,
  type RawRequestDefaultExpression,
  type RawServerDefault,
} from 'fastify'
import { validatorCompiler, type ZodTypeProvider } from 'fastify-type-provider-zod'
import type { Logger } from '../log.ts'
import type { OriginRule } from '../origin.ts'
import type { LiveSession } from '../store/sessions.ts'
import { MethodTable } from './method-table.ts'
import { notFound, Problem, problemBody, problemType } from './problem.ts'
import { problemOfError } from './problem-of-error.ts'
import { answerBrokenRequest } from './raw-problem.ts'

declare module 'fastify' {
  interface FastifyRequest {
    /** Who is asking; set by `authenticate` on every route that is not public. */
    principal: LiveSession
  }
  interface FastifyContextConfig {
    /** Who may call a route. Every route states it; the isolation test reads it. */
    access?: 'public' | 'user'
    /** The status for a body whose fields are known but whose values are refused; 400 unless said. */
    badValueStatus?: 422
  }
}

export type ApiServer = FastifyInstance<
  RawServerDefault,
  RawRequestDefaultExpression,
  RawReplyDefaultExpression,
  FastifyBaseLogger,
  ZodTypeProvider
>

export interface ServerOptions {
  /** Listens already; its requests are handed to `routing` once the routes are ready. */
  server: Server
  log: Logger
  now(): number
  trustProxy: string[]
  isAllowedOrigin: OriginRule
  isHttps: boolean
  /** The site's page for an address that leads nowhere; null when there is none. */
  notFoundPage(reply: FastifyReply): FastifyReply | null
}

/** The routes' frame on the HTTP server, with everything that is the same for all routes: limits, origins, headers, problems, the request log. */
export async function createServer(options: ServerOptions): Promise<ApiServer> {
  const { server, log, trustProxy, isAllowedOrigin, isHttps } = options
  const app = Fastify({
    trustProxy: trustProxy.length > 0 ? trustProxy : false,
    genReqId: () => randomUUID(),
    bodyLimit: 64 * 1024,
    serverFactory: () => server,
    routerOptions: { maxParamLength: 512 },
    rewriteUrl: ({ url = '/' }) => routableUrl(url),
    clientErrorHandler: answerBrokenRequest,
  }).withTypeProvider<ZodTypeProvider>()
  app.setValidatorCompiler(validatorCompiler)
  // Answers are built from named columns, and the tests hold each against its schema; checking them again here would cost the tabs.
  app.setSerializerCompiler(() => JSON.stringify)
  app.decorateRequest('principal', null as unknown as LiveSession)
  acceptJsonOnly(app)

  app.addHook('onRequest', async (request) => {
    if (!isAllowedOrigin(request.headers.origin)) {
      throw new Problem(403, 'origin_not_allowed', 'Pages of this origin may not use this hub; see CORS_ORIGINS.')
    }
  })
  app.addHook('onSend', async (request, reply) => setHeaders(request, reply))
  app.addHook('onResponse', async (request, reply) => logRequest(log, request, reply))

  // Before the plugins: their routes refuse with the same problems.
  answerRefusals(app, options)
  await app.register(helmet, {
    contentSecurityPolicy: false,
    hsts: isHttps ? { maxAge: 31_536_000 } : false,
    referrerPolicy: { policy: 'no-referrer' },
    frameguard: { action: 'deny' },
  })
  await app.register(cors, {
    origin: (origin, done) => done(null, origin !== undefined && isAllowedOrigin(origin)),
    credentials: true,
    methods: ['GET', 'POST', 'PUT', 'PATCH', 'DELETE'],
    allowedHeaders: ['authorization', 'content-type', 'idempotency-key', 'last-event-id'],
    exposedHeaders: ['retry-after'],
    maxAge: 600,
  })
  await app.register(cookie)
  await app.register(rateLimit, { global: false, cache: 20_000, enableDraftSpec: true, ipv6Subnet: 64 })
  return app
}

/**
 * The router would answer a path that does not decode by itself, past every hook. Taken literally, such a path is an address or an id
 * like any other that leads nowhere.
 */
function routableUrl(url: string): string {
  const path = url.split(/[?#]/, 1)[0] ?? ''
  try {
    decodeURIComponent(path)
    return url
  } catch {
    return path.replaceAll('%', '%25') + url.slice(path.length)
  }
}

/** Every refusal leaves as a problem, an address that leads nowhere as the site's page where a page was asked for. */
function answerRefusals(app: ApiServer, { log, now, notFoundPage }: ServerOptions): void {
  const methods = new MethodTable(app)
  app.setErrorHandler((error, request, reply) => {
    const problem = problemOfError(error, now(), request.routeOptions.config.badValueStatus ?? 400)
    if (!problem) log.error({ err: error, request_id: request.id, route: request.routeOptions.url }, 'request_failed')
    return sendProblem(
      reply,
      problem ?? new Problem(500, 'internal', 'Something went wrong in the hub; its log says what.'),
    )
  })
  app.setNotFoundHandler((request, reply) => {
    const allowed = methods.allowedFor(request.url)
    const isKnown = allowed.length > 0 && !allowed.includes(request.method)
    const wrongMethod = () =>
      new Problem(405, 'method_not_allowed', `This address takes ${allowed.join(', ')}.`, {
        headers: { allow: allowed.join(', ') },
      })
    if (isKnown) return sendProblem(reply, wrongMethod())
    const isPage = request.method === 'GET' && (request.headers.accept ?? '').includes('text/html')
    const page = isPage && !request.url.startsWith('/api/') ? notFoundPage(reply) : null
    return page ?? sendProblem(reply, notFound())
  })
}

export function sendProblem(reply: FastifyReply, problem: Problem): FastifyReply {
  return reply
    .code(problem.status)
    .headers(problem.headers)
    .type(problemType)
    .serializer(JSON.stringify)
    .send(problemBody(problem, reply.request.id))
}

/** JSON is the one body type; an empty body counts as none, whatever its type says. */
function acceptJsonOnly(app: ApiServer): void {
  const parse = app.getDefaultJsonParser('error', 'error')
  app.removeAllContentTypeParsers()
  app.addContentTypeParser('application/json', { parseAs: 'string' }, (request, body, done) => {
    if (body === '') done(null, undefined)
    else parse(request, body as string, done)
  })
}

const strictPolicy = "default-src 'none'; frame-ancestors 'none'; base-uri 'none'; form-action 'none'"

function setHeaders(request: FastifyRequest, reply: FastifyReply): void {
  if (!reply.hasHeader('content-security-policy')) reply.header('content-security-policy', strictPolicy)
  reply.header('permissions-policy', 'camera=(), microphone=(), geolocation=(), payment=(), usb=()')
  if (request.url.startsWith('/api/')) reply.header('cache-control', 'no-store').header('x-request-id', request.id)
}

/** The pattern of the route, never the address itself: addresses carry what people type. */
function logRequest(log: Logger, request: FastifyRequest, reply: FastifyReply): void {
  const fields = {
    request_id: request.id,
    method: request.method,
    route: request.routeOptions.url ?? 'none',
    status: reply.statusCode,
    ms: Math.round(reply.elapsedTime),
    user_id: (request.principal as LiveSession | null)?.user.id,
  }
  if (reply.statusCode >= 500) log.warn(fields, 'request')
  else log.debug(fields, 'request')
}
