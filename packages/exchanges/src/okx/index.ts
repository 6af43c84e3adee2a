import { ExchangeError } from '../errors.ts'
import type { Exchange } from '../exchange.ts'
import type { GovernorOptions } from '../transport/governor.ts'
import { openIpBudget } from '../transport/ip-budget.ts'
import type { ExchangeOptions } from '../venue.ts'
import { createOkxClient } from './client.ts'
import { okxEndpoints } from './endpoints.ts'
import { InstrumentBook } from './instrument-book.ts'
import { checkOkxKey } from './key-check.ts'
import { createOkxMarket } from './market/index.ts'
import { queryOrder } from './order-query.ts'
import { createOkxRest } from './rest.ts'
import { fetchOkxSnapshot } from './snapshot.ts'
import { OkxStream } from './stream.ts'
import { amendOrder, cancelOrder, placeOrder } from './trade.ts'

/**
 * OKX counts requests by account and call (see pacer.ts); this only keeps one address from flooding it. It takes three new connections a
 * second of one address; on the way to it they come closer together than they left.
 */
const ipLimits: GovernorOptions = {
  venue: 'okx',
  product: 'account',
  weightPerMinute: 6_000,
  connections: { limit: 3, windowMs: 1_500 },
}

/** OKX in one environment and on one site, spot and futures of an account together. Throws ExchangeError when `paper` names no addresses. */
export function createOkx(options: ExchangeOptions): Exchange {
  const { transport, environment } = options
  const { rest: baseUrl, stream: streamUrl } = okxEndpoints(environment, options.region, options.endpoints)
  const { governor, release } = openIpBudget(transport, environment, ipLimits)
  const client = createOkxClient(transport, { baseUrl, governor, isDemo: environment === 'demo' })
  const rest = createOkxRest(client)
  const instruments = new InstrumentBook(transport.clock, rest.instruments)
  const parts = { rest, clock: transport.clock, venueClock: client.clock, instruments }
  const market = createOkxMarket({ transport, environment, governor, client, streamUrl, instruments })
  const streams = new Set<{ close(): void }>()
  let closed = false

  return {
    exchange: 'okx',
    environment,
    checkKey: (who) => checkOkxKey(rest, who),
    openStream(who, handlers) {
      if (closed) throw new ExchangeError('not_sent', 'closed', 'The connection to the exchange is being closed.')
      const stream = new OkxStream({
        transport,
        governor,
        baseUrl: streamUrl,
        credentials: who,
        venueClock: client.clock,
        instruments,
        handlers,
        verify: async () => void (await rest.config(who)),
        onEnd: (ended) => streams.delete(ended),
      })
      streams.add(stream)
      return stream
    },
    fetchSnapshot: (who, since) => fetchOkxSnapshot(parts, who, since),
    fetchOrder: (who, ref) => queryOrder(parts, who, ref),
    placeOrder: (who, request) => placeOrder(parts, who, request),
    cancelOrder: (who, ref) => cancelOrder(parts, who, ref),
    amendOrder: (who, request) => amendOrder(parts, who, request),
    fetchInstruments: instruments.list,
    market,
    async close() {
      closed = true
      market.close()
      for (const stream of [...streams]) stream.close()
      release()
      await client.close()
    },
  }
}
