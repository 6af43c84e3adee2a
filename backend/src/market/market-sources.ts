import { ExchangeError, type MarketSource } from '@tradercoin/exchanges'
import type { Exchanges } from '../exchanges.ts'
import type { TopicName } from './market-topic.ts'

/** Whose market data a topic is; of the venue's main site. Throws ExchangeError `refused` where there is none. */
export function marketSourceOf(
  exchanges: Exchanges,
  { exchange, trading_mode, environment }: Pick<TopicName, 'exchange' | 'trading_mode' | 'environment'>,
): MarketSource {
  const { market } = exchanges.get({ exchange, trading_mode, environment, region: null })
  if (market !== undefined) return market
  throw new ExchangeError('refused', 'not_offered', 'This exchange offers no market data here.')
}
