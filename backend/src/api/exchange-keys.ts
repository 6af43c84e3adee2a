import { capabilitiesOf, describeVenue, ExchangeError } from '@tradercoin/exchanges'
import {
  addKeyBodySchema,
  addPaperKeyBodySchema,
  exchangeKeySchema,
  listenKeyAnswerSchema,
  patchKeyBodySchema,
} from '@tradercoin/protocol'
import { z } from 'zod'
import type { Accounts } from '../accounts/accounts.ts'
import type { KeyLinks } from '../key-links.ts'
import { listKeys, readKey } from '../store/exchange-keys.ts'
import { addKey, cleanCredentials, type KeyAdding } from './key-adding.ts'
import { checkKeyFields } from './key-rules.ts'
import { addPaperKey } from './paper-account.ts'
import { idOf, notFound, refuseIdleKey } from './problem.ts'
import type { ApiServer } from './server.ts'

export interface KeyRoutes extends KeyAdding {
  accounts: Accounts
  links: KeyLinks
  /** Base address of the paper exchange; null when there is none. */
  paperUrl: string | null
}

const tags = ['exchange keys']
const params = z.object({ id: z.string() })

/** A user's exchange keys. No answer holds a secret. */
export function exchangeKeyRoutes(api: ApiServer, routes: KeyRoutes): void {
  const { store, accounts, links, paperUrl } = routes
  // Adding a key asks the venue, so that the hub is no place to try many.
  const fewAMinute = () =>
    api.rateLimit({ max: 20, timeWindow: 60_000, keyGenerator: ({ principal }) => principal.user.id })

  api.get('/trading/exchange-keys', {
    schema: {
      tags,
      summary: 'All keys with the state of their link',
      response: { 200: z.object({ items: z.array(exchangeKeySchema) }) },
    },
    handler: async ({ principal }) => ({
      items: listKeys(store.db, { user_id: principal.user.id }).map((item) => links.withLink(item)),
    }),
  })
  api.post('/trading/exchange-keys', {
    preHandler: fewAMinute(),
    schema: {
      tags,
      summary: 'Add a key; it is proved with the exchange first',
      body: addKeyBodySchema,
      response: { 201: exchangeKeySchema },
    },
    handler: async ({ principal, body, ip }, reply) => {
      const { exchange, trading_mode, environment, region, label } = body
      checkKeyFields(describeVenue(exchange), body)
      const item = await addKey(routes, {
        user_id: principal.user.id,
        venue: { exchange, trading_mode, environment, region: region ?? null },
        label: label ?? null,
        credentials: cleanCredentials(body),
        ip,
      })
      accounts.start(item.id)
      accounts.planCheck(item.id)
      return reply.code(201).send(links.withLink(item))
    },
  })
  api.post('/trading/exchange-keys/paper', {
    preHandler: fewAMinute(),
    schema: {
      tags,
      summary: 'Open an account on the paper exchange and add its key',
      body: addPaperKeyBodySchema,
      response: { 201: exchangeKeySchema },
    },
    handler: async ({ principal, body, ip }, reply) => {
      if (paperUrl === null) {
        throw new ExchangeError('refused', 'paper_not_available', 'This hub has no paper exchange; see PAPER.')
      }
      const item = await addPaperKey(routes, paperUrl, { user_id: principal.user.id, body, activity: false, ip })
      accounts.start(item.id)
      accounts.planCheck(item.id)
      return reply.code(201).send(links.withLink(item))
    },
  })
  api.patch('/trading/exchange-keys/:id', {
    schema: {
      tags,
      summary: 'Name a key, switch it off or on',
      params,
      body: patchKeyBodySchema,
      response: { 200: exchangeKeySchema },
    },
    handler: async ({ principal, params, body, ip }) => {
      const scope = { user_id: principal.user.id }
      const id = idOf(params.id)
      const known = readKey(store.db, scope, id)
      if (!known) throw notFound()
      await store.writer.run('patchKey', { ...scope, id, ip, ...defined(body) })
      if (body.is_active === false) await accounts.stop(id)
      // The owner may have taken the rights away for which it was suspended.
      if (body.is_active === true && known.is_suspended) await accounts.checkRights(id)
      if (body.is_active === true) accounts.start(id)
      const item = readKey(store.db, scope, id)
      if (!item) throw notFound()
      return links.withLink(item)
    },
  })
  api.delete('/trading/exchange-keys/:id', {
    schema: { tags, summary: 'Remove a key, its secrets and its stream; its orders stay', params },
    handler: async ({ principal, params, ip }, reply) => {
      const id = idOf(params.id)
      await store.writer.run('deleteKey', { user_id: principal.user.id, id, ip })
      await accounts.stop(id)
      return reply.code(204).send()
    },
  })
}

/** The key's private stream by hand: the hub opens and keeps it alive by itself. */
export function listenKeyRoutes(api: ApiServer, { store, accounts, links }: KeyRoutes): void {
  const params = z.object({ exchange_key_id: z.string() })
  const schema = { tags, params, response: { 200: listenKeyAnswerSchema } }
  const open = (userId: number, text: string) => {
    const id = idOf(text)
    const item = readKey(store.db, { user_id: userId }, id)
    if (!item) throw notFound()
    refuseIdleKey(item)
    accounts.start(id)
    return id
  }
  const answer = (userId: number, id: number) => {
    const item = readKey(store.db, { user_id: userId }, id)
    if (!item) throw notFound()
    const { exchange, trading_mode, state, listen_key_expires_at } = links.withLink(item)
    const { upkeep } = capabilitiesOf(exchange, trading_mode)
    return { exchange_key_id: id, exchange, trading_mode, upkeep, state, expires_at: listen_key_expires_at }
  }
  api.post('/trading/listen-key/:exchange_key_id', {
    schema: { ...schema, summary: 'Open the private stream, or tell that it is open' },
    handler: async ({ principal, params }) =>
      answer(principal.user.id, open(principal.user.id, params.exchange_key_id)),
  })
  api.put('/trading/listen-key/:exchange_key_id', {
    schema: { ...schema, summary: 'Keep the private stream alive now' },
    handler: async ({ principal, params }) => {
      const id = open(principal.user.id, params.exchange_key_id)
      await accounts.keepAlive(id)
      return answer(principal.user.id, id)
    },
  })
}

function defined({ label, is_active }: z.infer<typeof patchKeyBodySchema>) {
  return { ...(label !== undefined && { label }), ...(is_active !== undefined && { is_active }) }
}
