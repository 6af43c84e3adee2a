import type { MarginMode } from '@tradercoin/protocol'
import { ExchangeError } from '../errors.ts'
import type { AmendRequest, Credentials, Exchange, Instrument, PlaceRequest } from '../exchange.ts'
import { cacheInstruments } from '../instruments-cache.ts'
import { openIpBudget } from '../transport/ip-budget.ts'
import type { ExchangeOptions } from '../venue.ts'
import { type Category, categories, InstrumentBook } from './category.ts'
import { createBybitClient } from './client.ts'
import { bybitEndpoints, privateStreamUrl, publicStreamBase } from './endpoints.ts'
import { formatAmend } from './format.ts'
import { ipLimits } from './ip-limits.ts'
import { checkBybitKey } from './key-check.ts'
import { createBybitMarket } from './market/index.ts'
import { queryOrder } from './order-query.ts'
import { cancelOrder, placeOrder } from './place.ts'
import { type BybitRest, createBybitRest } from './rest.ts'
import { fetchBybitSnapshot } from './snapshot.ts'
import { BybitStream } from './stream.ts'
import { parseInstruments } from './symbols.ts'
import { marginMode } from './words.ts'

/** Bybit in one environment and region, spot and contracts. Throws ExchangeError when `paper` names no addresses. */
export function createBybit(options: ExchangeOptions): Exchange {
  const { transport, environment } = options
  const endpoints = bybitEndpoints(environment, options.region, options.endpoints)
  const budget = openIpBudget(transport, environment, ipLimits)
  const client = createBybitClient(transport, endpoints, budget.governor)
  const { rest, marginModeOf } = withMarginModes(createBybitRest(client))
  const fetchInstruments = cacheInstruments(transport.clock, () => readInstruments(rest))
  const instruments = bookOf(fetchInstruments)
  const parts = { rest, clock: transport.clock, venueClock: client.clock, instruments, environment }
  const market = createBybitMarket({
    transport,
    environment,
    governor: budget.governor,
    client,
    streamUrl: publicStreamBase(endpoints),
    headers: endpoints.headers,
    instruments: fetchInstruments,
  })
  const streams = new Set<{ close(): void }>()
  let closed = false

  return {
    exchange: 'bybit',
    environment,
    checkKey: (who) => checkBybitKey(rest, environment, who, () => client.clock.now()),
    openStream(who, handlers) {
      if (closed) throw new ExchangeError('not_sent', 'closed', 'The connection to the exchange is being closed.')
      const stream = new BybitStream({
        transport,
        governor: budget.governor,
        url: privateStreamUrl(endpoints),
        headers: endpoints.headers,
        venueClock: client.clock,
        credentials: who,
        instruments,
        marginMode: () => marginModeOf(who),
        handlers,
        probe: async () => {
          await rest.account(who)
        },
        onEnd: (ended) => streams.delete(ended),
      })
      streams.add(stream)
      return stream
    },
    fetchSnapshot: (who, since) => fetchBybitSnapshot(parts, who, since),
    fetchOrder: (who, ref) => queryOrder(parts, who, ref),
    placeOrder: async (who, request) => placeOrder(rest, who, request, await categoryOf(instruments, request)),
    cancelOrder: async (who, ref) => cancelOrder(rest, who, ref, await categoryOf(instruments, ref)),
    async amendOrder(who, request: AmendRequest) {
      await rest.amendOrder(who, formatAmend(request, await categoryOf(instruments, request)))
    },
    fetchInstruments,
    market,
    async close() {
      closed = true
      market.close()
      for (const stream of [...streams]) stream.close()
      budget.release()
      await client.close()
    },
  }
}

/** Remembers the margin mode whenever an account is read, by a snapshot or to see whether its key still works: the stream does not tell it. */
function withMarginModes(rest: BybitRest): { rest: BybitRest; marginModeOf(who: Credentials): MarginMode | null } {
  const modes = new Map<string, MarginMode | null>()
  return {
    rest: {
      ...rest,
      async account(who) {
        const account = await rest.account(who)
        modes.set(who.api_key, marginMode(account.marginMode))
        return account
      },
    },
    marginModeOf: (who) => modes.get(who.api_key) ?? null,
  }
}

async function readInstruments(rest: BybitRest): Promise<Instrument[]> {
  const lists = await Promise.all(
    categories.map(async (category) => parseInstruments(await rest.instruments(category), category)),
  )
  return lists.flat()
}

/** The list by category and symbol, made once for each list. */
function bookOf(fetchInstruments: () => Promise<readonly Instrument[]>): () => Promise<InstrumentBook> {
  const books = new WeakMap<readonly Instrument[], InstrumentBook>()
  return async () => {
    const list = await fetchInstruments()
    const book = books.get(list) ?? new InstrumentBook(list)
    books.set(list, book)
    return book
  }
}

/** Linear or inverse is decided by the list. Throws ExchangeError without one: then nothing was sent. */
async function categoryOf(
  instruments: () => Promise<InstrumentBook>,
  { trading_mode, symbol }: Pick<PlaceRequest, 'trading_mode' | 'symbol'>,
): Promise<Category> {
  if (trading_mode === 'spot') return 'spot'
  try {
    return (await instruments()).category(trading_mode, symbol)
  } catch (cause) {
    if (cause instanceof ExchangeError && cause.kind !== 'unavailable') throw cause
    const message = 'Bybit did not tell its instruments; nothing was sent.'
    throw new ExchangeError('not_sent', 'not_sent', message, { cause })
  }
}
