import type { Account } from '../engine/account.ts'
import { ZERO } from '../engine/decimal.ts'
import type { PositionSide } from '../engine/order.ts'
import type { Call, Endpoint } from './api.ts'
import { clientIdOf, isContract, marketOf } from './checks.ts'
import { ApiError, badParameter } from './errors.ts'
import { submit } from './orders.ts'
import type { OkxVenue } from './venue.ts'

/** Closing a position at market, and the dead man's switch (fact sheet: okx.md section 4.1). */
export function positionEndpoints(venue: OkxVenue): Endpoint[] {
  return [
    {
      rest: 'POST /api/v5/trade/close-position',
      security: 'TRADE',
      limit: { calls: 20, seconds: 2, by: 'user+instId' },
      places: true,
      run: (call) => closePosition(venue, call),
    },
    {
      rest: 'POST /api/v5/trade/cancel-all-after',
      security: 'TRADE',
      limit: { calls: 1, seconds: 1, by: 'user' },
      run: ({ account, params }) => venue.deadMan.set(account, params.need('timeOut'), params.text('tag') ?? ''),
    },
  ]
}

function closePosition(venue: OkxVenue, { account, params }: Call): unknown[] {
  const market = marketOf(venue, params.need('instId'))
  if (!isContract(market)) throw badParameter('instId')
  const isolated = params.needOneOf('mgnMode', ['cross', 'isolated'] as const) === 'isolated'
  const posSide = params.oneOf('posSide', ['long', 'short', 'net'] as const)
  if (account.hedge && posSide !== 'long' && posSide !== 'short') throw badParameter('posSide')
  const side: PositionSide = !account.hedge ? 'BOTH' : posSide === 'long' ? 'LONG' : 'SHORT'
  const { amount } = venue.clearing.futures.position(account, market.symbol, side, isolated)
  if (amount.eq(ZERO)) throw new ApiError('51023', "Position doesn't exist")
  const clOrdId = clientIdOf(params, 'clOrdId') ?? ''
  const closing = [...account.open].filter(
    (order) =>
      order.market === market &&
      order.positionSide === side &&
      order.isolated === isolated &&
      order.side === (amount.gt(ZERO) ? 'SELL' : 'BUY') &&
      (order.reduceOnly || side !== 'BOTH'),
  )
  if (closing.length > 0 && !params.flag('autoCxl')) {
    throw new ApiError('51115', 'Cancel all pending close-orders before liquidation.')
  }
  venue.engine.act(() => {
    for (const order of closing) venue.engine.cancel(order)
    submit(venue, account, market, {
      clientId: clOrdId,
      side: amount.gt(ZERO) ? 'SELL' : 'BUY',
      type: 'market',
      kind: 'MARKET',
      tif: 'IOC',
      price: ZERO,
      qty: amount.abs(),
      stp: 'EXPIRE_MAKER',
      reduceOnly: true,
      positionSide: side,
      isolated,
      extra: { tdMode: isolated ? 'isolated' : 'cross', tag: params.text('tag') ?? '' },
    })
  })
  return [{ instId: market.symbol, posSide: posSide ?? 'net', clOrdId, tag: params.text('tag') ?? '' }]
}

/** Cancels all orders of an account that has not called again in time. */
export class DeadMan {
  readonly #venue: OkxVenue
  readonly #stops = new Map<string, () => void>()

  constructor(venue: OkxVenue) {
    this.#venue = venue
  }

  /** Seconds as text: 0 ends the countdown, 10 to 120 start it again. */
  set(account: Account, timeOut: string, tag: string): unknown[] {
    const seconds = Number(timeOut)
    if (!/^\d{1,3}$/.test(timeOut) || (seconds !== 0 && (seconds < 10 || seconds > 120))) throw badParameter('timeOut')
    const key = `${account.id}|${tag}`
    this.#stops.get(key)?.()
    this.#stops.delete(key)
    const now = this.#venue.api.now()
    if (seconds > 0) {
      const { clock } = this.#venue.world
      this.#stops.set(
        key,
        clock.at(clock.aged() + seconds * 1000, () => this.#fire(account, tag)),
      )
    }
    return [{ triggerTime: seconds === 0 ? '0' : String(now + seconds * 1000), tag, ts: String(now) }]
  }

  #fire(account: Account, tag: string): void {
    const { engine } = this.#venue
    engine.act(() => {
      for (const order of [...account.open]) {
        if (tag !== '' && order.extra.tag !== tag) continue
        order.extra.cancelSource = '20'
        engine.cancel(order)
      }
    })
  }
}
