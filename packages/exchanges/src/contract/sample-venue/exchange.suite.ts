import type { AccountEvent, ExchangeId } from '@tradercoin/protocol'
import { z } from 'zod'
import { checkMissing, checkOffered } from '../../check-order-offer.ts'
import { ExchangeError } from '../../errors.ts'
import type {
  AccountSnapshot,
  Credentials,
  Exchange,
  KeyCheck,
  OrderRef,
  PlaceRequest,
  SnapshotSince,
} from '../../exchange.ts'
import { guardHandlers } from '../../guarded-handlers.ts'
import { cacheInstruments } from '../../instruments-cache.ts'
import type { MarketSource } from '../../market-data.ts'
import { emptiedBalances } from '../../not-listed.ts'
import { createGovernor } from '../../transport/governor.ts'
import type { ExchangeOptions } from '../../venue.ts'
import { createClient, type SampleClient } from './client.suite.ts'
import { parseCoins, parseFills, parseInstrument, parseOrders } from './parse.suite.ts'
import { SampleStream } from './stream.suite.ts'
import { capabilities } from './venue.suite.ts'

const pageAnswer = z.object({ rows: z.array(z.unknown()), more: z.boolean() })
const keyAnswer = z.object({ account: z.string(), rights: z.array(z.string()), bound: z.boolean() })
const coinsAnswer = z.object({ at: z.int(), coins: z.array(z.unknown()) })

/** Sample spot. Throws ExchangeError when `paper` names no addresses. */
export function createSample({ transport, environment, endpoints }: ExchangeOptions): Exchange {
  if (!endpoints?.rest || !endpoints.stream)
    throw new ExchangeError('refused', 'endpoint_missing', 'The paper exchange has no address.')
  const connections = { limit: 100, windowMs: 60_000 }
  const governor = createGovernor(transport, { venue: 'sample', product: 'spot', weightPerMinute: 1_200, connections })
  const client = createClient(transport, endpoints.rest, governor)
  const streamUrl = `${endpoints.stream}/v1/stream`
  const streams = new Set<SampleStream>()
  return {
    exchange: 'sample' as ExchangeId,
    environment,
    checkKey: (who) => checkKey(client, who),
    openStream(who, handlers) {
      const stream = new SampleStream(transport, streamUrl, client, who, guardHandlers(handlers, transport))
      streams.add(stream)
      return stream
    },
    fetchSnapshot: (who, since) => fetchSnapshot(client, who, since),
    fetchOrder: (who, ref) => fetchOrder(client, who, ref),
    placeOrder: (who, request) => placeOrder(client, who, request),
    async cancelOrder(who, ref) {
      await client.signed(who, 'DELETE', `/v1/orders?${nameOf(ref)}`)
    },
    async amendOrder() {
      throw new ExchangeError('refused', 'amend_not_supported', 'Sample cannot change a resting order.')
    },
    fetchInstruments: cacheInstruments(transport.clock, async () =>
      z
        .array(z.unknown())
        .parse(await client.open('/v1/instruments'))
        .map(parseInstrument),
    ),
    market: noMarket,
    async close() {
      for (const stream of streams) stream.close()
      governor.close()
      await client.close()
    },
  }
}

async function checkKey(client: SampleClient, who: Credentials): Promise<KeyCheck> {
  const { account, rights, bound } = keyAnswer.parse(await client.signed(who, 'GET', '/v1/key'))
  const trade = rights.includes('trade')
  const warnings = [
    ...(trade ? [] : ['The key may not trade: orders can be followed but not placed.']),
    ...(bound ? [] : ['The key works from every address: restrict it to the address of this server.']),
  ]
  const [withdraw, transfer] = [rights.includes('withdraw'), rights.includes('universal_transfer')]
  const permissions = { read: true, trade, withdraw, transfer, ip_restricted: bound, expires_at: null }
  return { account_uid: account, permissions, warnings }
}

async function placeOrder(
  client: SampleClient,
  who: Credentials,
  request: PlaceRequest,
): Promise<{ order_id: string }> {
  const [problem] = [...checkOffered(request, capabilities), ...checkMissing(request)]
  if (problem !== undefined) throw new ExchangeError('refused', problem.rule, problem.message)
  const answer = await client.signed(who, 'POST', '/v1/orders', {
    name: request.client_order_id,
    symbol: request.symbol,
    side: request.side.toLowerCase(),
    type: request.type.toLowerCase(),
    quantity: request.quantity,
    price: request.price,
    lifetime: request.time_in_force === 'IOC' ? 'now' : 'rest',
    maker_only: request.post_only,
  })
  return { order_id: z.object({ id: z.string() }).parse(answer).id }
}

/** Open orders, all orders that changed and all fills since: Sample lists every symbol, so nothing is left unproven. */
async function fetchSnapshot(client: SampleClient, who: Credentials, since: SnapshotSince): Promise<AccountSnapshot> {
  const as_of = Math.floor(await client.clock.now())
  // Clocks differ by a little: what is read twice is stored once.
  const from = since.time === null ? null : since.time - 2_000
  const [open, changed, fills, { at, coins }] = await Promise.all([
    readAll(client, who, '/v1/orders?open=true'),
    from === null ? [] : readAll(client, who, `/v1/orders?since=${from}`),
    from === null ? [] : readAll(client, who, `/v1/fills?since=${from}`),
    client.signed(who, 'GET', '/v1/coins').then((answer) => coinsAnswer.parse(answer)),
  ])
  const balances = parseCoins(coins, at)
  const events = [...parseOrders([...changed, ...open]), ...parseFills(fills), ...balances]
  return { events: [...events, ...emptiedBalances(balances, since, at)], as_of, lost: [], unproven: null }
}

async function fetchOrder(client: SampleClient, who: Credentials, ref: OrderRef): Promise<AccountEvent[] | null> {
  const { rows } = pageAnswer.parse(await client.signed(who, 'GET', `/v1/orders?${nameOf(ref)}`))
  const orders = parseOrders(rows)
  const [first] = orders
  if (first?.kind !== 'order') return orders.length === 0 ? null : orders
  const fills = await readAll(client, who, `/v1/fills?order=${first.order.order_id}`)
  return [...orders, ...parseFills(fills)]
}

async function readAll(client: SampleClient, who: Credentials, path: string): Promise<unknown[]> {
  const all: unknown[] = []
  for (;;) {
    const { rows, more } = pageAnswer.parse(await client.signed(who, 'GET', `${path}&skip=${all.length}`))
    all.push(...rows)
    if (!more) return all
  }
}

function nameOf({ order_id, client_order_id }: OrderRef): string {
  return order_id !== null ? `id=${order_id}` : `name=${encodeURIComponent(client_order_id ?? '')}`
}

const notOffered = () => new ExchangeError('refused', 'not_offered', 'Sample offers no market data.')

const noMarket: MarketSource = {
  open(_topic, handlers) {
    queueMicrotask(() => handlers.onRefused('Sample offers no market data.'))
    return { close: () => {} }
  },
  fetchOrderBook: () => Promise.reject(notOffered()),
  fetchTicker: () => Promise.reject(notOffered()),
  fetchCandles: () => Promise.reject(notOffered()),
}
