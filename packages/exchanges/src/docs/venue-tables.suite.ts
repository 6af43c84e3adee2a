import {
  type MarketChannel,
  type OrderType,
  orderTypeSchema,
  type TradingMode,
  timeInForceSchema,
} from '@tradercoin/protocol'
import { streamEvents } from '../binance/futures/endpoints.ts'
import { topics } from '../bybit/login.ts'
import { venueErrorCodes } from '../errors.ts'
import { channels } from '../okx/channels.ts'
import { venueDescriptions } from '../registry.ts'
import type { Capabilities, VenueDescription } from '../venue.ts'

/* The tables of docs/venues.md, from what the adapters say of themselves. */

interface Column {
  venue: VenueDescription
  mode: TradingMode
  offers: Capabilities
}

const columns: readonly Column[] = venueDescriptions.flatMap((venue) =>
  (['spot', 'futures'] as const).flatMap((mode) => {
    const offers = venue.capabilities[mode]
    return offers === undefined ? [] : [{ venue, mode, offers }]
  }),
)

/** What a venue has and this hub does not use: `no` in the table, where all else that is missing is not offered by the venue. */
const unused: Readonly<Record<string, readonly string[]>> = {
  'binance futures': ['Good till date'],
  'okx spot': ['Trailing stop'],
}

const nameOf = ({ venue, mode }: Column) => `${venue.exchange} ${mode}`

const orderTypeNames: Record<OrderType, string> = {
  LIMIT: 'Limit',
  MARKET: 'Market',
  STOP_MARKET: 'Stop at market',
  STOP_LIMIT: 'Stop with a limit',
  TAKE_PROFIT_MARKET: 'Take-profit at market',
  TAKE_PROFIT_LIMIT: 'Take-profit with a limit',
  TRAILING_STOP: 'Trailing stop',
  OTHER: 'Other',
}
const timeInForceNames = {
  GTC: 'Good till canceled',
  IOC: 'Immediate or cancel',
  FOK: 'Fill or kill',
  GTD: 'Good till date',
}
const marketChannelNames: Record<MarketChannel, string> = {
  order_book: 'Order book, 50 levels',
  ticker: 'Ticker',
  candles: 'Candles',
}

/** Triggers of a venue that gives no choice go by the last price. */
const triggersBy = (offers: Capabilities, price: 'LAST' | 'MARK' | 'INDEX') =>
  offers.trigger_by.includes(price) || (price === 'LAST' && offers.trigger_by.length === 0)

type Row = readonly [name: string, offered: (column: Column) => boolean]

const features: readonly (readonly [group: string, rows: readonly Row[]])[] = [
  [
    'Order types',
    orderTypeSchema.options
      .filter((type) => type !== 'OTHER')
      .map((type): Row => [orderTypeNames[type], ({ offers }) => offers.order_types.includes(type)]),
  ],
  [
    'Time in force',
    timeInForceSchema.options.map(
      (word): Row => [timeInForceNames[word], ({ offers }) => offers.time_in_force.includes(word)],
    ),
  ],
  [
    'Flags and sizes',
    [
      ['Post-only', ({ offers }) => offers.post_only],
      ['Reduce-only', ({ offers }) => offers.reduce_only],
      ['Market order sized in quote coin', ({ offers }) => offers.quote_quantity],
      ['Stop that closes the whole position', ({ offers }) => offers.close_position],
    ],
  ],
  [
    'Triggers',
    [
      ['By the last price', ({ offers }) => triggersBy(offers, 'LAST')],
      ['By the mark price', ({ offers }) => triggersBy(offers, 'MARK')],
      ['By the index price', ({ offers }) => triggersBy(offers, 'INDEX')],
    ],
  ],
  [
    'Amend, the id kept',
    [
      ['Price', ({ offers }) => offers.amend?.price === true],
      ['Quantity up', ({ offers }) => offers.amend?.quantity === 'any'],
      ['Quantity down', ({ offers }) => offers.amend !== null],
    ],
  ],
  [
    'Modes',
    [
      ['One-way positions', ({ mode }) => mode === 'futures'],
      ['Hedge: long and short side by side', ({ offers }) => offers.hedge_mode],
      ['Cross margin', ({ offers }) => offers.margin_modes.includes('CROSS')],
      ['Isolated margin', ({ offers }) => offers.margin_modes.includes('ISOLATED')],
    ],
  ],
  [
    'Public channels',
    (['order_book', 'ticker', 'candles'] as const).map(
      (channel): Row => [marketChannelNames[channel], ({ offers }) => offers.market_channels.includes(channel)],
    ),
  ],
]

function cell(row: Row, column: Column): string {
  const [name, offered] = row
  if (offered(column)) return 'yes'
  return unused[nameOf(column)]?.includes(name) ? 'no' : 'not offered there'
}

const tableRow = (cells: readonly string[]) => `| ${cells.join(' | ')} |`
const heading = (first: string) => [
  tableRow([first, ...columns.map(({ venue, mode }) => `${venue.name} ${mode}`)]),
  tableRow(['---', ...columns.map(() => '---')]),
]

function featureTable(): string {
  const rows = features.flatMap(([group, list]) => [
    tableRow([`**${group}**`, ...columns.map(() => '')]),
    ...list.map((row) => tableRow([row[0], ...columns.map((column) => cell(row, column))])),
  ])
  return [...heading(''), ...rows].join('\n')
}

type Told = 'Orders' | 'Executions' | 'Conditional orders' | 'Balances' | 'Positions'

const okxOrders = { Orders: ['orders'], Executions: ['orders'], 'Conditional orders': ['orders-algo', 'algo-advance'] }
const bybitOrders = { Orders: ['order'], Executions: ['execution'], 'Conditional orders': ['order'] }

/** Where the private stream tells of each record. */
export const privateChannels: Readonly<Record<string, Partial<Record<Told, readonly string[]>>>> = {
  'binance spot': {
    Orders: ['executionReport'],
    Executions: ['executionReport'],
    'Conditional orders': ['executionReport'],
    Balances: ['outboundAccountPosition'],
  },
  'binance futures': {
    Orders: ['ORDER_TRADE_UPDATE'],
    Executions: ['ORDER_TRADE_UPDATE'],
    'Conditional orders': ['ALGO_UPDATE'],
    Balances: ['ACCOUNT_UPDATE'],
    Positions: ['ACCOUNT_UPDATE'],
  },
  'okx spot': { ...okxOrders, Balances: ['account'] },
  'okx futures': { ...okxOrders, Balances: ['account'], Positions: ['positions', 'balance_and_position'] },
  'bybit spot': { ...bybitOrders, Balances: ['wallet'] },
  'bybit futures': { ...bybitOrders, Balances: ['wallet'], Positions: ['position'] },
}

/** What each adapter subscribes to, where it keeps a list. */
export const subscribed: Readonly<Record<string, readonly string[]>> = {
  'binance futures': streamEvents,
  okx: Object.values(channels).flatMap((list) => list.map(({ channel }) => channel ?? '')),
  bybit: topics,
}

function channelTable(): string {
  const told: readonly Told[] = ['Orders', 'Executions', 'Conditional orders', 'Balances', 'Positions']
  const rows = told.map((record) =>
    tableRow([
      record,
      ...columns.map((column) => {
        const names = privateChannels[nameOf(column)]?.[record]
        return names === undefined ? 'not offered there' : names.map((name) => `\`${name}\``).join(', ')
      }),
    ]),
  )
  return [...heading('The private stream tells of'), ...rows].join('\n')
}

function errorTable(): string {
  const rows = Object.entries(venueErrorCodes).map(([code, meaning]) => tableRow([`\`${code}\``, meaning]))
  return [tableRow(['code', 'meaning']), tableRow(['---', '---']), ...rows].join('\n')
}

function venueTable(): string {
  const rows = venueDescriptions.map(({ name, key_covers, environments, regions, needs_passphrase }) =>
    tableRow([
      name,
      environments.join(', '),
      regions.length === 0 ? 'one' : ['main', ...regions.map(({ region }) => `\`${region}\``)].join(', '),
      key_covers === 'all_modes' ? 'spot and futures' : 'one mode',
      needs_passphrase ? 'key, secret, passphrase' : 'key, secret',
    ]),
  )
  return [
    tableRow(['', 'environments', 'sites', 'a key covers', 'credentials']),
    tableRow(Array(5).fill('---')),
    ...rows,
  ].join('\n')
}

const tables: Readonly<Record<string, () => string>> = {
  venues: venueTable,
  features: featureTable,
  channels: channelTable,
  errors: errorTable,
}

/** The document with its tables made anew; a table stands between `<!-- table NAME -->` and `<!-- end -->`. Throws when one is missing. */
export function withTables(document: string): string {
  return Object.entries(tables).reduce((text, [name, make]) => {
    const place = new RegExp(`(<!-- table ${name} -->\n)[^]*?(<!-- end -->)`)
    if (!place.test(text)) throw new Error(`docs/venues.md has no place for the table ${name}`)
    return text.replace(place, (_all, before: string, after: string) => `${before}${make()}\n${after}`)
  }, document)
}
