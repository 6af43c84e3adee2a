import { ExchangeError } from '../../errors.ts'
import type { Credentials, Exchange, OrderRef, PlaceRequest } from '../../exchange.ts'
import { cacheInstruments } from '../../instruments-cache.ts'
import { createGovernor } from '../../transport/governor.ts'
import type { ExchangeOptions } from '../../venue.ts'
import { createBinanceClient } from '../client.ts'
import { createBinanceMarket } from '../market/index.ts'
import { futuresEndpoints, paths } from './endpoints.ts'
import { formatAmend, formatOrder } from './format.ts'
import { checkFuturesKey } from './key-check.ts'
import { queryOrder } from './order-query.ts'
import { algoIdOf, algoOrderId } from './parse-algo.ts'
import { createFuturesRest, type FuturesRest } from './rest.ts'
import { fetchFuturesSnapshot } from './snapshot.ts'
import { FuturesStream } from './stream.ts'
import { parseInstruments } from './symbols.ts'

const venue = 'binance'
/** The IP's budget, shared by USDⓈ-M and COIN-M. */
const weightPerMinute = 2_400
/** Not documented for futures streams: Spot's limit stands in. */
const connections = { limit: 300, windowMs: 5 * 60_000 }

/** Binance USDⓈ-M futures in one environment. Throws TypeError when `paper` names no addresses. */
export function createBinanceFutures(options: ExchangeOptions): Exchange {
  const { transport, environment } = options
  const endpoints = futuresEndpoints(environment, options.endpoints)
  const governor = createGovernor(transport, { venue, product: 'futures', weightPerMinute, connections })
  const client = createBinanceClient(transport, {
    product: 'futures',
    baseUrl: endpoints.rest,
    timePath: paths.time,
    governor,
  })
  const rest = createFuturesRest(client)
  const wallet = endpoints.wallet === null ? null : createWallet(options, endpoints.wallet)
  const parts = { rest, clock: transport.clock, venueClock: client.clock }
  const instruments = cacheInstruments(transport.clock, async () => parseInstruments(await rest.exchangeInfo()))
  const market = createBinanceMarket({
    transport,
    environment,
    tradingMode: 'futures',
    governor,
    client,
    streamUrl: endpoints.stream,
    instruments,
  })
  const streams = new Set<{ close(): void }>()
  let closed = false

  return {
    exchange: 'binance',
    environment,
    checkKey: (who) => checkFuturesKey(rest, wallet?.client ?? null, who),
    openStream(who, handlers) {
      if (closed) throw new ExchangeError('not_sent', 'closed', 'The connection to the exchange is being closed.')
      const stream = new FuturesStream({
        transport,
        governor,
        baseUrl: endpoints.stream,
        handlers,
        calls: { create: () => rest.createListenKey(who), renew: () => rest.renewListenKey(who) },
        recover: (ref) => queryOrder(parts, who, ref),
        onEnd: (ended) => streams.delete(ended),
      })
      streams.add(stream)
      return stream
    },
    fetchSnapshot: (who, since) => fetchFuturesSnapshot(parts, who, since),
    fetchOrder: (who, ref) => queryOrder(parts, who, ref),
    placeOrder: (who, request) => placeOrder(rest, who, request),
    cancelOrder: (who, ref) => cancelOrder(rest, who, ref),
    async amendOrder(who, request) {
      await rest.modifyOrder(who, formatAmend(request))
    },
    fetchInstruments: instruments,
    market,
    async close() {
      closed = true
      market.close()
      for (const stream of [...streams]) stream.close()
      governor.close()
      wallet?.governor.close()
      await Promise.all([client.close(), wallet?.client.close()])
    },
  }
}

/** The wallet calls live on Spot's host, with a budget of their own. */
function createWallet(options: ExchangeOptions, baseUrl: string) {
  const governor = createGovernor(options.transport, { venue, product: 'wallet', weightPerMinute, connections })
  const client = createBinanceClient(options.transport, {
    product: 'wallet',
    baseUrl,
    timePath: '/api/v3/time',
    governor,
  })
  return { governor, client }
}

async function placeOrder(rest: FuturesRest, who: Credentials, request: PlaceRequest): Promise<{ order_id: string }> {
  const { call, params } = formatOrder(request)
  if (call === 'order') return { order_id: await rest.placeOrder(who, params) }
  return { order_id: algoOrderId(await rest.placeAlgoOrder(who, params)) }
}

/** While only the client id is known, the order may be of either kind. */
async function cancelOrder(rest: FuturesRest, who: Credentials, ref: OrderRef): Promise<void> {
  if (ref.order_id !== null) {
    const algoId = algoIdOf(ref.order_id)
    if (algoId === null) await rest.cancelOrder(who, ref.symbol, { orderId: ref.order_id })
    else await rest.cancelAlgoOrder(who, { algoId })
    return
  }
  const clientId = ref.client_order_id ?? ''
  try {
    await rest.cancelOrder(who, ref.symbol, { origClientOrderId: clientId })
  } catch (error) {
    if (!(error instanceof ExchangeError) || error.kind !== 'not_found') throw error
    await rest.cancelAlgoOrder(who, { clientAlgoId: clientId })
  }
}
