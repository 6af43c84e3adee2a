import { capabilitiesOf, ExchangeError, type MarketSource } from '@tradercoin/exchanges'
import type { Exchanges } from '../exchanges.ts'
import type { TopicName } from './market-topic.ts'

/** Whose market data a topic is; of the venue's main site. Throws ExchangeError `refused` where the venue has none of its kind. */
export function marketSourceOf(exchanges: Exchanges, topic: TopicName): MarketSource {
  const { exchange, trading_mode, environment, channel } = topic
  if (!capabilitiesOf(exchange, trading_mode).market_channels.includes(channel)) {
    throw new ExchangeError('refused', 'not_offered', 'This exchange does not offer this market data.')
  }
  return exchanges.get({ exchange, trading_mode, environment, region: null }).market
}
