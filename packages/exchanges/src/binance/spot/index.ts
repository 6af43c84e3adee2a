import { ExchangeError } from '../../errors.ts'
import type { Credentials, Exchange, KeyCheck } from '../../exchange.ts'
import { cacheInstruments } from '../../instruments-cache.ts'
import { createGovernor } from '../../transport/governor.ts'
import type { ExchangeOptions } from '../../venue.ts'
import { createBinanceClient } from '../client.ts'
import { readKeyRights } from '../key-rights.ts'
import { createBinanceMarket } from '../market/index.ts'
import { connectionLimit, paths, spotEndpoints, tellsKeyRights, weightPerMinute, wsApiUrl } from './endpoints.ts'
import { queryOrder } from './order-query.ts'
import { createPool } from './pool.ts'
import { createSpotRest } from './rest.ts'
import { fetchSpotSnapshot } from './snapshot.ts'
import { SpotStream } from './stream.ts'
import { parseInstruments } from './symbols.ts'

/** Binance Spot. One instance per environment holds the request budget of this IP and the shared sockets of all its accounts. */
export function createBinanceSpot(options: ExchangeOptions): Exchange {
  const { transport, environment } = options
  const endpoints = spotEndpoints(environment, options.endpoints)
  const governor = createGovernor(transport, {
    venue: 'binance',
    product: 'spot',
    weightPerMinute,
    connections: connectionLimit,
  })
  const client = createBinanceClient(transport, {
    product: 'spot',
    baseUrl: endpoints.rest,
    timePath: paths.time,
    governor,
  })
  const rest = createSpotRest(client)
  const pool = createPool({ transport, url: wsApiUrl(endpoints), governor, venueClock: client.clock })
  const instruments = cacheInstruments(transport.clock, async () => parseInstruments(await rest.exchangeInfo()))
  const market = createBinanceMarket({
    transport,
    environment,
    tradingMode: 'spot',
    governor,
    client,
    streamUrl: endpoints.stream,
    instruments,
  })
  const tellsRights = tellsKeyRights(environment)

  async function checkKey(credentials: Credentials): Promise<KeyCheck> {
    const rights = tellsRights ? readKeyRights(await rest.keyRights(credentials), 'spot') : null
    const account = await rest.account(credentials, 'normal')
    if (account.uid === undefined) {
      throw new ExchangeError(
        'unavailable',
        'unexpected_answer',
        'Binance did not say which account the key belongs to.',
      )
    }
    const warnings = rights?.warnings ?? []
    if (!account.canTrade) warnings.push('Binance does not let this account trade.')
    return { account_uid: account.uid, permissions: rights?.permissions ?? null, warnings }
  }

  async function probe(credentials: Credentials): Promise<void> {
    if (tellsRights) await rest.keyRights(credentials)
    else await rest.probe(credentials)
  }

  return {
    exchange: 'binance',
    environment,
    checkKey,
    openStream: (credentials, handlers) => new SpotStream({ transport, pool, probe }, credentials, handlers),
    fetchSnapshot: (credentials, since) =>
      fetchSpotSnapshot({ rest, clock: transport.clock, venueClock: client.clock, instruments }, credentials, since),
    fetchOrder: (credentials, ref) => queryOrder(rest, transport.clock, credentials, ref),
    placeOrder: (credentials, request) => rest.place(credentials, request),
    cancelOrder: (credentials, ref) => rest.cancel(credentials, ref),
    amendOrder: (credentials, request) => rest.amend(credentials, request),
    fetchInstruments: instruments,
    market,
    async close() {
      market.close()
      pool.close()
      governor.close()
      await client.close()
    },
  }
}
