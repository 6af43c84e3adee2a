import { ApiError, NetworkError } from '@tradercoin/client'
import type { OrderType, PlaceOrderBody, PositionSide, Side, TimeInForce, TradingMode } from '@tradercoin/protocol'
import { parseTypedDecimal, signOf } from '#lib/decimals.ts'

/** In the order people look for them; which of them an account has, its venue says. */
export const ticketTypes = [
  'LIMIT',
  'MARKET',
  'STOP_LIMIT',
  'STOP_MARKET',
  'TAKE_PROFIT_LIMIT',
  'TAKE_PROFIT_MARKET',
  'TRAILING_STOP',
] as const satisfies readonly OrderType[]
export type TicketType = (typeof ticketTypes)[number]
export const ticketTifs = ['GTC', 'IOC', 'FOK'] as const satisfies readonly TimeInForce[]

/** `NET` for accounts in one-way mode; in hedge mode the order names the position it opens or closes. */
export const positionSides = ['NET', 'LONG', 'SHORT'] as const satisfies readonly PositionSide[]

/** What stands in the ticket, as typed. */
export interface TicketFields {
  keyId: number
  mode: TradingMode
  side: Side
  type: TicketType
  symbol: string
  unit: 'base' | 'quote'
  size: string
  price: string
  stopPrice: string
  /** Per cent. */
  callbackRate: string
  tif: (typeof ticketTifs)[number]
  postOnly: boolean
  reduceOnly: boolean
  positionSide: (typeof positionSides)[number]
}

export type FieldProblem = 'missing' | 'needNumber' | 'needPositive' | 'needSymbol'
export type TicketProblems = Partial<Record<'symbol' | 'size' | 'price' | 'stopPrice' | 'callbackRate', FieldProblem>>

export const hasPrice = (type: OrderType) => type === 'LIMIT' || type === 'STOP_LIMIT' || type === 'TAKE_PROFIT_LIMIT'
export const hasTrigger = (type: OrderType) => type.startsWith('STOP_') || type.startsWith('TAKE_PROFIT_')
export const hasCallback = (type: OrderType) => type === 'TRAILING_STOP'
/** Only a spot market order may be sized by what it costs. */
export const canSizeByValue = ({ type, mode }: Pick<TicketFields, 'type' | 'mode'>) =>
  type === 'MARKET' && mode === 'spot'
/** Post-only means resting in the book first. */
export const canPostOnly = ({ type, tif }: Pick<TicketFields, 'type' | 'tif'>) => type === 'LIMIT' && tif === 'GTC'

/** In hedge mode the side and the position say already whether it closes; exchanges then refuse the flag. */
export const canReduceOnly = ({ mode, positionSide }: Pick<TicketFields, 'mode' | 'positionSide'>) =>
  mode === 'futures' && positionSide === 'NET'

function checkNumber(typed: string): { value: string } | { problem: FieldProblem } {
  if (typed.trim() === '') return { problem: 'missing' }
  const value = parseTypedDecimal(typed)
  if (value === null) return { problem: 'needNumber' }
  return signOf(value) > 0 ? { value } : { problem: 'needPositive' }
}

/** Turns the ticket into the request, or says what is wrong with which field. Exact: digits go through as typed. */
export function readTicket(fields: TicketFields): { body: PlaceOrderBody } | { problems: TicketProblems } {
  const problems: TicketProblems = {}
  const read = (name: 'size' | 'price' | 'stopPrice' | 'callbackRate', isNeeded: boolean): string => {
    if (!isNeeded) return ''
    const checked = checkNumber(fields[name])
    if ('value' in checked) return checked.value
    problems[name] = checked.problem
    return ''
  }
  const symbol = fields.symbol.trim().toUpperCase()
  if (symbol === '') problems.symbol = 'missing'
  else if (/[\s/]/.test(symbol) || symbol.length > 64) problems.symbol = 'needSymbol'
  const size = read('size', true)
  const price = read('price', hasPrice(fields.type))
  const stopPrice = read('stopPrice', hasTrigger(fields.type))
  const callbackRate = read('callbackRate', hasCallback(fields.type))
  if (Object.keys(problems).length > 0) return { problems }

  const isByValue = fields.unit === 'quote' && canSizeByValue(fields)
  return {
    body: {
      exchange_key_id: fields.keyId,
      trading_mode: fields.mode,
      symbol,
      side: fields.side,
      type: fields.type,
      ...(isByValue ? { quote_quantity: size } : { quantity: size }),
      ...(price && { price }),
      ...(stopPrice && { stop_price: stopPrice }),
      ...(callbackRate && { callback_rate: callbackRate }),
      ...(hasPrice(fields.type) && { time_in_force: fields.tif }),
      ...(fields.postOnly && canPostOnly(fields) && { post_only: true }),
      ...(fields.reduceOnly && canReduceOnly(fields) && { reduce_only: true }),
      ...(fields.mode === 'futures' && fields.positionSide !== 'NET' && { position_side: fields.positionSide }),
    },
  }
}

/**
 * Whether it is open what became of the order: then the next press must repeat the same request under the same idempotency key, so
 * that it cannot be placed twice.
 */
export function isOutcomeOpen(error: unknown): boolean {
  if (error instanceof NetworkError) return true
  return error instanceof ApiError && (error.status >= 500 || error.code === 'request_running')
}
