import {
  createExchange,
  describeVenue,
  type Endpoints,
  type Exchange,
  ExchangeError,
  paperEndpoints,
  type Transport,
} from '@tradercoin/exchanges'
import type { Environment, ExchangeId, TradingMode } from '@tradercoin/protocol'
import type { Config } from './config.ts'

/** Which adapter a key speaks through. */
export interface Venue {
  exchange: ExchangeId
  trading_mode: TradingMode
  environment: Environment
  region: string | null
}

const isPerMode = (exchange: ExchangeId) => describeVenue(exchange).key_covers === 'one_mode'

/** What two keys of one user must not share: the venue's account, where a key covers one mode together with that mode. */
export function accountScope({ exchange, trading_mode }: Venue, accountUid: string): string {
  return isPerMode(exchange) ? `${trading_mode}:${accountUid}` : accountUid
}

/** Names the adapter of a venue: the same for two keys that share one, of whatever mode where a key covers all of them. */
export function adapterName({ exchange, trading_mode, environment, region }: Venue): string {
  return [exchange, isPerMode(exchange) ? trading_mode : 'all', environment, region ?? ''].join(':')
}

/** Whether a key of one mode may place orders in another. */
export function coversMode(
  { exchange, trading_mode }: Pick<Venue, 'exchange' | 'trading_mode'>,
  wanted: TradingMode,
): boolean {
  return trading_mode === wanted || (!isPerMode(exchange) && describeVenue(exchange).capabilities[wanted] !== undefined)
}

/**
 * The addresses that replace the venue's own: the paper exchange's, or of `live` those that are set. Null: none.
 * @throws ExchangeError `refused` for paper without a paper exchange
 */
export function endpointsOf(
  { exchange, trading_mode, environment }: Venue,
  liveUrls: Config['liveUrls'],
  paperUrl: string | null,
): Endpoints | null {
  if (environment === 'paper') {
    if (paperUrl !== null) return paperEndpoints(paperUrl, exchange, trading_mode)
    throw new ExchangeError('refused', 'paper_not_available', 'This hub has no paper exchange; see PAPER.')
  }
  if (environment !== 'live') return null
  const endpoints: Endpoints = {}
  for (const { variable, trading_modes, part } of describeVenue(exchange).url_variables) {
    const url = liveUrls[variable]
    if (url !== undefined && trading_modes.includes(trading_mode)) endpoints[part] = url
  }
  return endpoints
}

/** What the adapters reach the world through; of all budgets of an exchange only the fullest is told. */
export type HubTransport = Omit<Transport, 'onBudget'> & {
  /** @param usedRatio how full the exchange's fullest request budget is at the moment, 0 to 1 */
  onBudget(exchange: string, usedRatio: number): void
}

/** One adapter for each venue, mode (where a key covers but one), environment and region in use, made when it is first needed and shared by all keys. */
export class Exchanges {
  private readonly made = new Map<string, Exchange>()
  private readonly liveUrls: Config['liveUrls']
  private readonly paperUrl: string | null
  private readonly transport: HubTransport
  /** How full each budget is, by exchange and then by adapter and product. */
  private readonly usedRatios = new Map<string, Map<string, number>>()

  /** @param paperUrl base address of the paper exchange; null when there is none */
  constructor(liveUrls: Config['liveUrls'], paperUrl: string | null, transport: HubTransport) {
    this.liveUrls = liveUrls
    this.paperUrl = paperUrl
    this.transport = transport
  }

  /** @throws ExchangeError `refused` for a venue that is not built, or paper without a paper exchange */
  get(venue: Venue): Exchange {
    const { exchange, trading_mode, environment, region } = venue
    const name = adapterName(venue)
    const known = this.made.get(name)
    if (known) return known
    const endpoints = endpointsOf(venue, this.liveUrls, this.paperUrl)
    const transport: Transport = {
      ...this.transport,
      onBudget: (_exchange, usedRatio, product) => this.told(exchange, `${name}:${product}`, usedRatio),
    }
    const options = { environment, region, endpoints, transport }
    const made = createExchange(exchange, trading_mode, options)
    this.made.set(name, made)
    return made
  }

  private told(exchange: ExchangeId, budget: string, usedRatio: number): void {
    const ratios = this.usedRatios.get(exchange) ?? new Map<string, number>()
    this.usedRatios.set(exchange, ratios.set(budget, usedRatio))
    this.transport.onBudget(exchange, Math.max(...ratios.values()))
  }

  /** Closes every socket of every venue. */
  async close(): Promise<void> {
    await Promise.allSettled([...this.made.values()].map((exchange) => exchange.close()))
  }
}
