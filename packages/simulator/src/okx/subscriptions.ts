import { isRecord } from '../http/json.ts'
import { BARS } from './candles.ts'
import type { Connection, SocketPath, Subscription } from './connection.ts'
import type { OkxVenue } from './venue.ts'

/** Which channels there are and who may have them (fact sheet: okx.md sections 1.1, 1.5, 1.8 and 5). */

/** Subscriptions to one of these are counted per account. */
export const COUNTED = new Set([
  'orders',
  'account',
  'positions',
  'balance_and_position',
  'liquidation-warning',
  'account-greeks',
])
const PRIVATE = new Set([...COUNTED, 'fills'])
const PRIVATE_BUSINESS = new Set(['orders-algo', 'algo-advance', 'deposit-info', 'withdrawal-info'])
const OF_INSTRUMENT = new Set(['books', 'books5', 'bbo-tbt', 'tickers', 'trades', 'mark-price', 'funding-rate'])
const PUBLIC = new Set([...OF_INSTRUMENT, 'instruments'])
const HIGH_TIER = new Set(['fills', 'books50-l2-tbt', 'books-l2-tbt'])
const NEEDS_TYPE = new Set(['orders', 'positions', 'orders-algo', 'algo-advance', 'instruments'])
const TYPES = new Set(['SPOT', 'MARGIN', 'SWAP', 'FUTURES', 'OPTION', 'ANY'])
const DEFAULT_EVERY_MS = 5_000
const INTERVALS = new Set([0, 2000, 3000, 4000])

export class SubscribeError extends Error {
  readonly code: string

  constructor(code: string, message: string) {
    super(message)
    this.code = code
  }
}

export function isPrivate(channel: string): boolean {
  return PRIVATE.has(channel) || PRIVATE_BUSINESS.has(channel)
}

export function isCandle(channel: string): boolean {
  return channel.startsWith('candle') && BARS.has(channel.slice('candle'.length))
}

function pathOf(channel: string): SocketPath | undefined {
  if (PRIVATE.has(channel)) return 'private'
  if (PRIVATE_BUSINESS.has(channel) || isCandle(channel) || channel === 'trades-all') return 'business'
  return PUBLIC.has(channel) || HIGH_TIER.has(channel) ? 'public' : undefined
}

/** Reads one `arg`. Throws SubscribeError with the code OKX has for what is wrong. */
export function readSubscription(venue: OkxVenue, connection: Connection, arg: unknown): Subscription {
  if (!isRecord(arg)) throw new SubscribeError('60013', 'Invalid args')
  const text = (name: string) => {
    const value = arg[name]
    if (value === undefined || value === '') return undefined
    if (typeof value !== 'string') throw new SubscribeError('60013', 'Invalid args')
    return value
  }
  const channel = text('channel')
  if (channel === undefined) throw new SubscribeError('60012', 'Illegal request: the channel is missing')
  const [instType, instFamily, instId] = [text('instType'), text('instFamily'), text('instId')]
  const unknown = () => {
    const named = [`channel:${channel}`, instType && `instType:${instType}`, instId && `instId:${instId}`]
    const msg = `${named.filter(Boolean).join(',')} doesn't exist. Please use the correct URL, channel and parameters referring to API document.`
    return new SubscribeError('60018', `Wrong URL or ${msg}`)
  }
  const path = pathOf(channel)
  if (path === undefined) throw unknown()
  if (path !== connection.path) throw wrongPath(path, connection.path) ?? unknown()
  if (isPrivate(channel) && !connection.account) throw new SubscribeError('60011', 'Please log in')
  if (HIGH_TIER.has(channel)) {
    throw new SubscribeError('64003', "Your trading fee tier doesn't meet the requirement to access this channel")
  }
  if (arg.uly !== undefined)
    throw new SubscribeError(
      '64000',
      'Subscription parameter uly is unavailable anymore, please replace uly with instFamily.',
    )
  if (NEEDS_TYPE.has(channel) && (instType === undefined || !TYPES.has(instType))) throw unknown()
  const ofInstrument = OF_INSTRUMENT.has(channel) || isCandle(channel) || channel === 'trades-all'
  if (ofInstrument && instId === undefined) throw unknown()
  const market = instId === undefined ? undefined : venue.engine.markets.get(instId)
  if (instId !== undefined && !market) throw unknown()
  const everyMs = channel === 'account' || channel === 'positions' ? interval(text('extraParams')) : 0
  const [ccy, algoId] = [text('ccy'), text('algoId')]
  return { channel, instType, instFamily, instId, ccy, algoId, everyMs, pushedAt: 0 }
}

function wrongPath(right: SocketPath, here: SocketPath): SubscribeError | undefined {
  if (right === 'business') {
    return new SubscribeError(
      '64001',
      "This channel has been migrated to the '/business' URL. Please subscribe using the new URL.",
    )
  }
  if (here === 'business') return new SubscribeError('64002', 'This channel is not supported by "/business" URL.')
  return undefined
}

/** `updateInterval` of the JSON text in `extraParams`, in milliseconds. */
function interval(extraParams: string | undefined): number {
  if (extraParams === undefined) return DEFAULT_EVERY_MS
  let parsed: unknown
  try {
    parsed = JSON.parse(extraParams)
  } catch {
    throw new SubscribeError('60013', 'Invalid args: extraParams')
  }
  const given = isRecord(parsed) ? parsed.updateInterval : undefined
  if (given === undefined) return DEFAULT_EVERY_MS
  const ms = Number(given)
  if (!INTERVALS.has(ms)) throw new SubscribeError('60013', 'Invalid args: updateInterval')
  return ms
}
