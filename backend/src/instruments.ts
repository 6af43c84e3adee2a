import type { Instrument } from '@tradercoin/exchanges'
import type { Environment, ExchangeId, TradingMode } from '@tradercoin/protocol'
import type { Exchanges, Venue } from './exchanges.ts'
import type { Logger } from './log.ts'

/** An instrument with the venue it is traded on. */
export interface VenueInstrument extends Instrument {
  exchange: ExchangeId
  environment: Environment
}

/** What the venues of a user's keys trade. The adapters keep the lists and refresh them. */
export class Instruments {
  private readonly exchanges: Exchanges
  private readonly log: Logger
  private readonly known = new Map<string, Instrument>()

  constructor(exchanges: Exchanges, log: Logger) {
    this.exchanges = exchanges
    this.log = log
  }

  /** @throws ExchangeError when the venue does not answer */
  async list(venue: Venue): Promise<VenueInstrument[]> {
    const { exchange, environment } = venue
    const instruments = await this.exchanges.get(venue).fetchInstruments()
    for (const each of instruments) this.known.set(nameOf({ exchange, ...each }), each)
    return instruments.map((instrument) => ({ exchange, environment, ...instrument }))
  }

  /** Learns the instruments of these venues; one that does not answer is left out, for its symbols can stand for themselves. */
  async learn(venues: readonly Venue[]): Promise<void> {
    const results = await Promise.allSettled(venues.map((venue) => this.list(venue)))
    for (const result of results) {
      if (result.status === 'rejected') this.log.info({ err: result.reason }, 'instruments_unknown')
    }
  }

  /** What a symbol is; null when its venue has not told yet. */
  find(traded: TradedSymbol): Instrument | null {
    return this.known.get(nameOf(traded)) ?? null
  }
}

interface TradedSymbol {
  exchange: ExchangeId
  trading_mode: TradingMode
  symbol: string
}

const nameOf = ({ exchange, trading_mode, symbol }: TradedSymbol) => `${exchange}:${trading_mode}:${symbol}`
