import { createHash, timingSafeEqual } from 'node:crypto'
import type { FastifyRequest } from 'fastify'
import { z } from 'zod'
import type { Metrics } from '../metrics.ts'
import { isLoopback } from './auth.ts'
import { notFound, Problem } from './problem.ts'
import type { ApiServer } from './server.ts'

export interface OperationsRoutes {
  metrics: Metrics
  /** Brings gauges that are read, not counted, up to date. */
  refreshMetrics(): void
  metricsToken: string | null
  /** Why this hub cannot serve just now, as sentences; none when it can. */
  unreadyReasons(): string[]
}

const access = 'public'
const tags = ['operations']

/** What operators and their tools ask; outside `/api/v1`. */
export function operationsRoutes(app: ApiServer, routes: OperationsRoutes): void {
  app.get('/healthz', {
    config: { access },
    schema: { tags, summary: 'Whether the process answers', response: { 200: z.object({ status: z.literal('ok') }) } },
    handler: async (_request, reply) => reply.header('cache-control', 'no-store').send({ status: 'ok' }),
  })
  app.get('/readyz', {
    config: { access },
    schema: {
      tags,
      summary: 'Whether the hub can serve, and why not',
      response: { 200: z.object({ status: z.literal('ready') }) },
    },
    handler: async (_request, reply) => {
      const reasons = routes.unreadyReasons()
      reply.header('cache-control', 'no-store')
      if (reasons.length === 0) return reply.send({ status: 'ready' })
      throw new Problem(503, 'not_ready', reasons.join(' '), {
        errors: reasons.map((message) => ({ field: 'hub', message })),
      })
    },
  })
  app.get('/metrics', {
    config: { access },
    schema: { tags, summary: 'Prometheus metrics' },
    handler: async (request, reply) => {
      requireMetricsAccess(request, routes.metricsToken)
      routes.refreshMetrics()
      return reply
        .header('cache-control', 'no-store')
        .type(routes.metrics.registry.contentType)
        .send(await routes.metrics.registry.metrics())
    },
  })
  app.get('/openapi.json', {
    config: { access },
    schema: { hide: true },
    handler: async (_request, reply) => reply.header('cache-control', 'no-cache').send(app.swagger()),
  })
}

const proxyHeaders = ['forwarded', 'x-forwarded-for', 'x-real-ip', 'x-forwarded-host', 'x-forwarded-proto', 'via']

/** With METRICS_TOKEN: that token. Without: this machine alone, and not through a proxy on it, which would let the world in. */
function requireMetricsAccess(request: FastifyRequest, token: string | null): void {
  if (token !== null) {
    const given = /^Bearer (.+)$/.exec(request.headers.authorization ?? '')?.[1] ?? ''
    if (isSame(given, token)) return
    throw new Problem(401, 'unauthorized', 'Send METRICS_TOKEN: Authorization: Bearer <token>.', {
      headers: { 'www-authenticate': 'Bearer' },
    })
  }
  const isDirect = proxyHeaders.every((name) => request.headers[name] === undefined)
  if (!isDirect || !isLoopback(request.socket.remoteAddress ?? '')) throw notFound()
}

/** Compares without telling by its time how much was right. */
function isSame(a: string, b: string): boolean {
  const [first, second] = [a, b].map((text) => createHash('sha256').update(text).digest())
  return first !== undefined && second !== undefined && timingSafeEqual(first, second)
}
