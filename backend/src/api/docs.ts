import swagger from '@fastify/swagger'
import swaggerUi from '@fastify/swagger-ui'
import { problemSchema } from '@tradercoin/protocol'
import { jsonSchemaTransform } from 'fastify-type-provider-zod'
import { z } from 'zod'
import type { ApiServer } from './server.ts'

/** Everything is served by the hub itself; nothing is fetched from elsewhere. */
const policy = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self' 'unsafe-inline'",
  "img-src 'self' data:",
  "connect-src 'self'",
  "base-uri 'none'",
  "frame-ancestors 'none'",
  "form-action 'none'",
].join('; ')

/** Describes the routes that are registered after it (OpenAPI 3.1, from their zod schemas) and serves that as pages. */
export async function addDocs(app: ApiServer): Promise<void> {
  await app.register(swagger, {
    openapi: {
      openapi: '3.1.0',
      info: {
        title: 'TraderCoin hub',
        version: '1',
        description: 'Every answer outside 2xx is `application/problem+json` (RFC 9457).',
      },
      components: {
        securitySchemes: { bearer: { type: 'http', scheme: 'bearer', bearerFormat: 'JWT' } },
        schemas: { Problem: z.toJSONSchema(problemSchema) as object },
      },
    },
    transform: (document) => {
      const { schema, url } = jsonSchemaTransform(document)
      if (!schema || schema.hide) return { schema, url }
      const response = {
        ...((schema.response as object | undefined) ?? { '2xx': { description: 'Done' } }),
        default: {
          description: 'Problem details',
          content: { 'application/problem+json': { schema: { $ref: '#/components/schemas/Problem' } } },
        },
      }
      const isPublic = document.route.config?.access === 'public'
      return { schema: { ...schema, response, ...(!isPublic && { security: [{ bearer: [] }] }) }, url }
    },
  })
  await app.register(swaggerUi, {
    routePrefix: '/docs',
    staticCSP: policy,
    logo: { type: 'image/svg+xml', content: '<svg/>' },
  })
}
