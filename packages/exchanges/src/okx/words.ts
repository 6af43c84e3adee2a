import {
  type Decimal,
  type ExecutionKind,
  isZeroDecimal,
  type MarginMode,
  type OrderType,
  type PositionSide,
  type Side,
  type TimeInForce,
  type TradingMode,
  type VenueStatus,
} from '@tradercoin/protocol'
import { ShapeError } from '../fields.ts'

/* The venue's words and ours. */

/** Null for options and whatever comes next: those are kept raw. */
export function tradingMode(instType: unknown): TradingMode | null {
  if (instType === 'SPOT' || instType === 'MARGIN') return 'spot'
  return instType === 'SWAP' || instType === 'FUTURES' ? 'futures' : null
}

/** Throws ShapeError. */
export function side(word: unknown): Side {
  if (word === 'buy') return 'BUY'
  if (word === 'sell') return 'SELL'
  throw new ShapeError('unknown side')
}

/** Spot has no position side, whatever it writes there. */
export function positionSide(word: unknown, mode: TradingMode): PositionSide | null {
  if (mode === 'spot') return null
  if (word === 'net') return 'NET'
  if (word === 'long') return 'LONG'
  return word === 'short' ? 'SHORT' : null
}

export function marginMode(word: unknown): MarginMode | null {
  if (word === 'cross') return 'CROSS'
  return word === 'isolated' ? 'ISOLATED' : null
}

interface Kind {
  type: OrderType
  time_in_force: TimeInForce | null
  post_only: boolean
}

const kind = (type: OrderType, time_in_force: TimeInForce | null, post_only = false): Kind => ({
  type,
  time_in_force,
  post_only,
})

const kinds = new Map<unknown, Kind>([
  ['limit', kind('LIMIT', 'GTC')],
  ['market', kind('MARKET', null)],
  ['post_only', kind('LIMIT', 'GTC', true)],
  ['fok', kind('LIMIT', 'FOK')],
  ['ioc', kind('LIMIT', 'IOC')],
  ['optimal_limit_ioc', kind('MARKET', 'IOC')],
  ['mmp', kind('LIMIT', 'GTC')],
  ['mmp_and_post_only', kind('LIMIT', 'GTC', true)],
  ['op_fok', kind('LIMIT', 'FOK')],
  ['rpi', kind('LIMIT', 'GTC', true)],
  ['elp', kind('LIMIT', 'GTC', true)],
])
const otherKind = kind('OTHER', null)

/** The venue says type, time in force and post-only in one word. */
export function orderKind(word: unknown): Kind {
  return kinds.get(word) ?? otherKind
}

/** Why an order was canceled; of numbers that are not here the number itself is told. */
const cancelSources = new Map<unknown, string>([
  ['0', 'canceled by the exchange'],
  ['1', 'canceled by the user'],
  ['2', 'reduced away: the account was short of margin'],
  ['3', 'canceled for risk: the maintenance margin was too low'],
  ['4', 'the borrowing limit was reached'],
  ['6', 'auto-deleveraging'],
  ['7', 'the contract was delivered'],
  ['9', 'the funding fee left too little balance'],
  ['10', 'the option expired'],
  ['13', 'a fill-or-kill order that could not be filled completely'],
  ['14', 'the rest of an immediate-or-cancel order'],
  ['15', 'the price is beyond the limit'],
  ['17', 'its position was closed at market'],
  ['20', 'the cancel-all-after timer fired'],
  ['21', 'its position was closed'],
  ['22', 'displaced by a better reduce-only order'],
  ['23', 'displaced by a better reduce-only order'],
  ['27', "the counterparties' prices differ by more than 5 %"],
  ['31', 'post-only order would have taken liquidity'],
  ['32', 'self-trade prevention'],
  ['33', 'too many matches for one order'],
  ['36', 'its stop loss was triggered'],
  ['37', 'its stop loss was canceled'],
  ['38', 'market maker protection'],
  ['39', 'market maker protection'],
  ['42', 'the chase distance was reached'],
  ['43', 'the price is too far from the index'],
  ['44', 'automatic conversion'],
  ['45', 'the price rule of retail price improvement'],
  ['46', 'delta reducing'],
])

/** Ends by themselves: delivery, expiry, a fill-or-kill that could not be filled, the rest of an immediate-or-cancel. */
const expirySources: ReadonlySet<unknown> = new Set(['7', '10', '13', '14'])
/** These never rest: whatever is left of them has expired, unless the user was quicker. */
const neverRests: ReadonlySet<unknown> = new Set(['market', 'ioc', 'fok', 'op_fok', 'optimal_limit_ioc'])

/**
 * State and reason of an order. OKX has no rejected and no expired state: the source of a cancel tells them apart.
 * Throws ShapeError for a state that is not known.
 */
export function orderStatus(order: {
  state: unknown
  cancelSource: unknown
  reason: string | null
  ordType: unknown
  executed: Decimal
}): { status: VenueStatus; reason: string | null } {
  const { state, cancelSource: source, executed } = order
  switch (state) {
    case 'live':
      return { status: isZeroDecimal(executed) ? 'NEW' : 'PARTIALLY_FILLED', reason: null }
    case 'partially_filled':
      return { status: 'PARTIALLY_FILLED', reason: null }
    case 'filled':
      return { status: 'FILLED', reason: null }
    case 'mmp_canceled':
      return { status: 'CANCELED', reason: cancelSources.get('38') ?? null }
    case 'canceled':
      break
    default:
      throw new ShapeError('unknown order state')
  }
  const reason = cancelReason(source) ?? order.reason
  if (source === '31' && isZeroDecimal(executed)) return { status: 'REJECTED', reason }
  const expired = expirySources.has(source) || (neverRests.has(order.ordType) && source !== '1')
  if (!expired) return { status: 'CANCELED', reason }
  return { status: 'EXPIRED', reason: reason ?? 'the rest of the order could not be filled' }
}

function cancelReason(source: unknown): string | null {
  if (typeof source !== 'string' || source === '') return null
  return cancelSources.get(source) ?? `cancel source ${source.slice(0, 40)}`
}

const forcedKinds = new Map<unknown, ExecutionKind>([
  ['adl', 'ADL'],
  ['full_liquidation', 'LIQUIDATION'],
  ['partial_liquidation', 'LIQUIDATION'],
  ['delivery', 'SETTLEMENT'],
])

export function executionKind(category: unknown): ExecutionKind {
  return forcedKinds.get(category) ?? 'TRADE'
}

const algoStatuses = new Map<unknown, VenueStatus>([
  ['live', 'UNTRIGGERED'],
  ['pause', 'UNTRIGGERED'],
  // Seen in the wild, in no document.
  ['order_placed', 'UNTRIGGERED'],
  ['effective', 'TRIGGERED'],
  ['partially_effective', 'TRIGGERED'],
  ['canceled', 'CANCELED'],
  ['order_failed', 'REJECTED'],
  ['partially_failed', 'REJECTED'],
])

/** Null for a state that is not known: such an order counts as open. */
export function algoStatus(word: unknown): VenueStatus | null {
  return algoStatuses.get(word) ?? null
}
