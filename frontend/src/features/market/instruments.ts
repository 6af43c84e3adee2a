import { useQuery } from '@tanstack/react-query'
import type { Instrument } from '@tradercoin/client'
import type { ExchangeKey, TradingMode } from '@tradercoin/protocol'
import { useMemo } from 'react'
import { useLiveValue } from '#features/connection/live.ts'
import { client } from '#lib/client.ts'

const pageSize = 500
/** The largest venues list a few thousand symbols; a list that does not end is not read on. */
const mostPages = 20

async function readAll(account: Pick<ExchangeKey, 'id' | 'trading_mode'>, signal: AbortSignal): Promise<Instrument[]> {
  const all: Instrument[] = []
  let cursor: string | undefined
  for (let page = 0; page < mostPages; page += 1) {
    const query = { exchange_key_id: account.id, trading_mode: account.trading_mode, limit: pageSize, cursor }
    const { items, next_cursor } = await client.rest.instruments(query, signal)
    all.push(...items)
    if (next_cursor === null) break
    cursor = next_cursor
  }
  return all
}

/** What a key's venue trades in a market. */
export const instrumentsQuery = (id: number, trading_mode: TradingMode) => ({
  queryKey: ['instruments', id, trading_mode],
  queryFn: ({ signal }: { signal: AbortSignal }) => readAll({ id, trading_mode }, signal),
  staleTime: 3_600_000,
})

/** What the account's venue trades, by symbol; empty until it is known. */
export function useInstruments({ id }: ExchangeKey, trading_mode: TradingMode): ReadonlyMap<string, Instrument> {
  const { data } = useQuery(instrumentsQuery(id, trading_mode))
  return useMemo(() => new Map((data ?? []).map((instrument) => [instrument.symbol, instrument])), [data])
}

/** Symbols to suggest: those this account has traded, then all that trade at its venue. */
export function useKnownSymbols(
  account: ExchangeKey,
  mode: TradingMode,
  instruments: ReadonlyMap<string, Instrument>,
): string[] {
  const text = useLiveValue('orders', ({ orders }) => {
    const symbols = new Set<string>()
    for (const order of orders.values()) symbols.add(`${order.exchange_key_id}:${order.trading_mode}:${order.symbol}`)
    return [...symbols].sort().join()
  })
  return useMemo(() => {
    const prefix = `${account.id}:${mode}:`
    const traded = text.split(',').filter((entry) => entry.startsWith(prefix))
    const trading = [...instruments.values()].filter(({ is_trading }) => is_trading)
    return [...new Set([...traded.map((entry) => entry.slice(prefix.length)), ...trading.map(({ symbol }) => symbol)])]
  }, [text, account.id, mode, instruments])
}
