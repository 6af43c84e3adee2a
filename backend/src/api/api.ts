import { type AuthRoutes, authRoutes, publicAuthRoutes } from './auth.ts'
import { addDocs } from './docs.ts'
import { type EventRoutes, eventRoutes } from './events.ts'
import { exchangeKeyRoutes, type KeyRoutes, listenKeyRoutes } from './exchange-keys.ts'
import { instrumentRoutes } from './instruments.ts'
import { listRoutes } from './lists.ts'
import { type MarketRoutes, marketRoutes } from './market.ts'
import { type OperationsRoutes, operationsRoutes } from './operations.ts'
import { type OrderRoutes, orderReadRoutes, orderWriteRoutes } from './orders.ts'
import type { ApiServer } from './server.ts'
import { venueRoutes } from './venues.ts'

export interface ApiOptions extends AuthRoutes, EventRoutes, KeyRoutes, OrderRoutes, OperationsRoutes, MarketRoutes {
  /** Requests a second and user. */
  requestsPerSecond: number
}

/** Every route of the hub. Those of `/api/v1` need an access token, but for the public part of sign-in. */
export async function registerApi(app: ApiServer, options: ApiOptions): Promise<void> {
  await addDocs(app)
  await app.register(async (api: ApiServer) => operationsRoutes(api, options))
  await app.register(async (api: ApiServer) => publicAuthRoutes(api, options), { prefix: '/api/v1' })
  await app.register(
    async (api: ApiServer) => {
      api.addHook('onRoute', (route) => {
        route.config = { access: 'user', ...route.config }
      })
      api.addHook('onRequest', async (request) => {
        request.principal = await options.authenticate(request)
      })
      const perUser = { max: options.requestsPerSecond, timeWindow: 1_000, groupId: 'user' }
      api.addHook('preValidation', api.rateLimit({ ...perUser, keyGenerator: ({ principal }) => principal.user.id }))
      authRoutes(api, options)
      exchangeKeyRoutes(api, options)
      listenKeyRoutes(api, options)
      orderReadRoutes(api, options)
      orderWriteRoutes(api, options)
      listRoutes(api, options)
      instrumentRoutes(api, options)
      venueRoutes(api, options)
      marketRoutes(api, options)
      eventRoutes(api, options)
    },
    { prefix: '/api/v1' },
  )
}
