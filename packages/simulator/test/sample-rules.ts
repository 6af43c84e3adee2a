import { dec, isMultiple, ZERO } from '../src/engine/decimal.ts'
import type { Engine } from '../src/engine/engine.ts'
import type { Market } from '../src/engine/market.ts'
import type { Ticket } from '../src/engine/order.ts'
import { Refusal } from '../src/engine/refusal.ts'

/* What the sample exchange takes, and how it says no. */

export class SampleError extends Error {
  readonly status: number
  readonly word: string

  constructor(status: number, word: string) {
    super(word)
    this.status = status
    this.word = word
  }
}

const REFUSALS: Partial<Record<Refusal['reason'], string>> = {
  insufficient_funds: 'no_funds',
  duplicate_client_id: 'name_taken',
  would_take: 'would_take',
  unknown_order: 'no_such_order',
}

/** What is answered to a request that failed. */
export function failureOf(error: unknown): SampleError {
  if (error instanceof SampleError) return error
  return error instanceof Refusal
    ? new SampleError(400, REFUSALS[error.reason] ?? 'refused')
    : new SampleError(500, 'broken')
}

/** A new order as it was sent. Throws SampleError. */
export function readTicket(engine: Engine, order: Record<string, unknown>): [Market, Ticket] {
  const market = engine.markets.get(String(order.symbol))
  if (!market) throw new SampleError(400, 'no_such_symbol')
  const { tick, step, minQty, minNotional } = market.instrument
  const limit = order.type === 'limit'
  const price = limit ? dec(String(order.price)) : ZERO
  const qty = dec(String(order.quantity))
  if (!isMultiple(price, tick)) throw new SampleError(400, 'bad_tick')
  if (qty.lt(minQty)) throw new SampleError(400, 'too_small')
  if (!isMultiple(qty, step)) throw new SampleError(400, 'bad_step')
  if ((limit ? price : market.last).times(qty).lt(minNotional)) throw new SampleError(400, 'too_cheap')
  const ticket: Ticket = {
    clientId: String(order.name),
    side: order.side === 'buy' ? 'BUY' : 'SELL',
    type: String(order.type),
    kind: limit ? 'LIMIT' : 'MARKET',
    tif: order.lifetime === 'now' ? 'IOC' : 'GTC',
    postOnly: order.maker_only === true,
    price,
    qty,
    stp: 'NONE',
  }
  return [market, ticket]
}
