import { ExchangeError } from '../errors.ts'
import type { AmendRequest, Credentials, OrderRef, PlaceRequest } from '../exchange.ts'
import type { Clock } from '../transport/clock.ts'
import { algoIdOf, algoOrderId } from './algo-id.ts'
import { formatAlgoAmendment, formatAmendment, formatOrder } from './format.ts'
import type { InstrumentBook } from './instrument-book.ts'
import type { OkxInstrument } from './instruments.ts'
import { newRequestId } from './request-id.ts'
import type { OkxRest } from './rest.ts'

export interface TradeParts {
  rest: OkxRest
  clock: Clock
  instruments: InstrumentBook
}

export async function placeOrder(
  { rest, instruments }: TradeParts,
  who: Credentials,
  request: PlaceRequest,
): Promise<{ order_id: string }> {
  const instrument = await instrumentOf(instruments, request.symbol)
  const { call, body } = formatOrder(request, instrument)
  if (call === 'order') return { order_id: await rest.placeOrder(who, request.symbol, body) }
  return { order_id: algoOrderId(await rest.placeAlgoOrder(who, request.symbol, body)) }
}

/** While only the client id is known, the order may be of either kind. A cancel that is already under way is as good as one's own. */
export async function cancelOrder({ rest }: TradeParts, who: Credentials, ref: OrderRef): Promise<void> {
  const { symbol, order_id: orderId, client_order_id: clientId } = ref
  const algoId = orderId === null ? null : algoIdOf(orderId)
  try {
    if (algoId !== null) await rest.cancelAlgoOrder(who, symbol, { algoId })
    else if (orderId !== null) await rest.cancelOrder(who, symbol, { ordId: orderId })
    else await cancelByName(rest, who, symbol, clientId ?? '')
  } catch (error) {
    if (!(error instanceof ExchangeError) || error.code !== 'order_in_progress') throw error
  }
}

async function cancelByName(rest: OkxRest, who: Credentials, symbol: string, clientId: string): Promise<void> {
  try {
    await rest.cancelOrder(who, symbol, { clOrdId: clientId })
  } catch (error) {
    if (!(error instanceof ExchangeError) || error.kind !== 'not_found') throw error
    await rest.cancelAlgoOrder(who, symbol, { algoClOrdId: clientId })
  }
}

/** The venue answers that it took the request; the push that follows says whether the order was changed. */
export async function amendOrder(parts: TradeParts, who: Credentials, request: AmendRequest): Promise<void> {
  const { symbol, order_id: orderId, client_order_id: clientId } = request
  const instrument = await instrumentOf(parts.instruments, symbol)
  const requestId = newRequestId(parts.clock)
  const algoId = orderId === null ? null : algoIdOf(orderId)
  if (algoId !== null) {
    const body = { algoId, ...formatAlgoAmendment(request, instrument, requestId) }
    await parts.rest.amendAlgoOrder(who, symbol, body)
    return
  }
  const key = orderId === null ? { clOrdId: clientId ?? '' } : { ordId: orderId }
  await parts.rest.amendOrder(who, symbol, { ...key, ...formatAmendment(request, instrument, requestId) })
}

/** Throws ExchangeError `refused` `unknown_symbol`, also for one that was listed so lately that nobody has met it yet: it is asked for. */
async function instrumentOf(instruments: InstrumentBook, symbol: string): Promise<OkxInstrument> {
  await instruments.ready()
  if (instruments.find(symbol) === undefined) {
    await instruments.learn(['SPOT', 'SWAP', 'FUTURES'].map((instType) => ({ instType, instId: symbol })))
  }
  const found = instruments.find(symbol)
  if (found !== undefined) return found
  throw new ExchangeError('refused', 'unknown_symbol', `OKX does not know the symbol ${symbol.slice(0, 60)}.`)
}
