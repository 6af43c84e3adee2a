import {
  type AmendRequest,
  capabilitiesOf,
  checkAmendment,
  checkOrder,
  closesPosition,
  type Instrument,
  type OrderProblem,
  type PlaceRequest,
} from '@tradercoin/exchanges'
import { isZeroDecimal, type TradingMode } from '@tradercoin/protocol'
import type { Account } from './account.ts'

/** An order or a change that the venue would refuse by its published rules: nothing was stored or sent. */
export class InvalidOrder extends Error {
  override readonly name = 'InvalidOrder'
  readonly problems: readonly OrderProblem[]

  constructor(problems: readonly OrderProblem[]) {
    super(problems.map(({ message }) => message).join(' '))
    this.problems = problems
  }
}

type Checking = Pick<Account, 'key' | 'parts' | 'exchange'>

/** An order waits no longer than this for the rules of its instrument. */
const instrumentsWithinMs = 2_000

/**
 * The rules of an instrument; null when they cannot be had soon, or the list does not have it: then the venue is the one to judge.
 */
export async function findInstrument(
  { key, parts, exchange }: Checking,
  symbol: string,
  tradingMode: TradingMode,
): Promise<Instrument | null> {
  let cancel = () => {}
  const late = new Promise<null>((resolve) => {
    cancel = parts.clock.after(instrumentsWithinMs, () => resolve(null))
  })
  try {
    const instruments = await Promise.race([exchange.fetchInstruments(), late])
    return instruments?.find((each) => each.symbol === symbol && each.trading_mode === tradingMode) ?? null
  } catch (error) {
    const problem = error instanceof Error ? error.message : String(error)
    parts.log('info', 'order_not_checked', { exchange_key_id: key.id, problem })
    return null
  } finally {
    cancel()
  }
}

/** @throws InvalidOrder */
export async function refuseInvalidOrder(
  { key, parts }: Checking,
  request: PlaceRequest,
  instrument: Instrument,
): Promise<void> {
  const capabilities = capabilitiesOf(key.exchange, request.trading_mode)
  const refuse = (problems: OrderProblem[]) => {
    if (problems.length > 0) throw new InvalidOrder(problems)
  }
  refuse(checkOrder(request, instrument, capabilities))
  if (!isWorthOpen(request, instrument)) return
  const { exchange, environment } = key
  const { trading_mode, symbol } = request
  const price = await parts.lastPrice({ exchange, environment, trading_mode, symbol })
  if (price !== null) refuse(checkOrder(request, instrument, capabilities, price))
}

/** Whether only a price can tell if an order is worth enough. */
function isWorthOpen(request: PlaceRequest, { quantity_unit, min_quote_quantity, min_notional }: Instrument): boolean {
  const least = min_quote_quantity ?? min_notional
  if (least === null || isZeroDecimal(least) || quantity_unit !== 'BASE') return false
  return request.type === 'MARKET' && request.quantity !== null && !closesPosition(request)
}

/** A change that changes nothing is let through: repeating one is harmless. @throws InvalidOrder */
export function refuseInvalidAmendment({ key }: Checking, request: AmendRequest, instrument: Instrument): void {
  const problems = checkAmendment(request, instrument, capabilitiesOf(key.exchange, request.trading_mode))
  const found = problems.filter(({ rule }) => rule !== 'nothing_to_amend')
  if (found.length > 0) throw new InvalidOrder(found)
}
