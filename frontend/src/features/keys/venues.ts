import type { Environment, ExchangeId, TradingMode } from '@tradercoin/protocol'

/** An exchange the hub can connect to, and what it offers. */
export interface Venue {
  exchange: ExchangeId
  modes: readonly TradingMode[]
  environments: readonly Exclude<Environment, 'paper'>[]
  needsPassphrase: boolean
}

export const venues: readonly Venue[] = [
  {
    exchange: 'binance',
    modes: ['spot', 'futures'],
    environments: ['live', 'demo', 'testnet'],
    needsPassphrase: false,
  },
]
