import { useQueries } from '@tanstack/react-query'
import { type ExchangeKey, type Position, unrealizedPnl } from '@tradercoin/protocol'
import { useEffect, useMemo, useState } from 'react'
import { useKeys } from '#features/keys/data.ts'
import { client } from '#lib/client.ts'
import { instrumentsQuery } from './instruments.ts'

/** Markets whose mark prices one page follows; positions beyond keep what the exchange told last. */
const mostMarkets = 20

const marketOf = ({ exchange, symbol }: Position, environment: ExchangeKey['environment']) =>
  JSON.stringify([exchange, environment, symbol])

/** Positions with mark price and unrealised profit as the market has them now; as the exchange told last where it does not say. */
export function useMarkedPositions(positions: readonly Position[]): Position[] {
  const { keys } = useKeys()
  const environments = useMemo(() => new Map(keys.map(({ id, environment }) => [id, environment])), [keys])
  const nameOf = (position: Position) => {
    const environment = environments.get(position.exchange_key_id)
    return environment === undefined ? null : marketOf(position, environment)
  }
  const marks = useMarks([...new Set(positions.flatMap((position) => nameOf(position) ?? []))])
  const contractValues = useContractValues([...new Set(positions.map((position) => position.exchange_key_id))])
  return positions.map((position) => {
    const mark = marks.get(nameOf(position) ?? '')
    const contractValue = contractValues(position)
    if (mark === undefined || contractValue === undefined) return position
    const unrealized_pnl = unrealizedPnl(position, mark, contractValue) ?? position.unrealized_pnl
    return { ...position, mark_price: mark, unrealized_pnl }
  })
}

/** The mark prices of futures markets, by name; a market without a fresh one is left out. */
function useMarks(names: readonly string[]): ReadonlyMap<string, string> {
  const [marks, setMarks] = useState<ReadonlyMap<string, string>>(new Map())
  const wanted = names.toSorted().slice(0, mostMarkets).join('\n')
  useEffect(() => {
    setMarks(new Map())
    const change = (name: string, mark: string | null) =>
      setMarks((before) => {
        const after = new Map(before)
        if (mark === null) after.delete(name)
        else after.set(name, mark)
        return after
      })
    const stops = wanted.split('\n').flatMap((name) => {
      if (name === '') return []
      const [exchange, environment, symbol] = JSON.parse(name)
      const topic = { channel: 'ticker', exchange, environment, symbol, trading_mode: 'futures' } as const
      return client.watchMarket(topic, {
        onData: ({ mark_price }) => change(name, mark_price),
        onState: ({ status }) => status !== 'live' && change(name, null),
      })
    })
    return () => {
      for (const stop of stops) stop()
    }
  }, [wanted])
  return marks
}

/** What one contract of a position is worth; null where its quantity is in coin, undefined while that is not known. */
function useContractValues(keyIds: readonly number[]): (position: Position) => string | null | undefined {
  const lists = useQueries({ queries: keyIds.map((id) => instrumentsQuery(id, 'futures')) })
  return ({ exchange_key_id, symbol }) => {
    const list = lists[keyIds.indexOf(exchange_key_id)]?.data
    return list?.find((instrument) => instrument.symbol === symbol)?.contract_value
  }
}
