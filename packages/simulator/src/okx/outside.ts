import type { Account, Position } from '../engine/account.ts'
import { type Big, dec, ZERO } from '../engine/decimal.ts'
import { settleAsset } from '../engine/instrument.ts'
import type { Market } from '../engine/market.ts'
import { positionKey } from '../engine/positions.ts'
import { EXCHANGE } from './api.ts'
import type { OkxVenue } from './venue.ts'

/** What happens to an account without an order of its own: money comes or goes, funding is paid, positions are liquidated. */

export function transfer({ engine, channels }: OkxVenue, account: Account, asset: string, amount: string): void {
  engine.act(() => {
    account.wallet.credit(asset, dec(amount))
    account.wallet.updatedAt = engine.time
    channels.moved(account, 'transferred', [asset], [])
    engine.touchAccount(account)
  })
}

/** Pays or charges funding on a position's notional at the mark price. */
export function fund({ engine, channels, clearing }: OkxVenue, account: Account, market: Market, rate: Big): void {
  engine.act(() => {
    for (const position of account.positions.values()) {
      if (position.symbol !== market.symbol || position.amount.eq(ZERO)) continue
      const payment = ZERO.minus(clearing.futures.notional(position).times(rate)).round(8, 0)
      const asset = settleAsset(market.instrument)
      account.wallet.credit(asset, payment)
      account.wallet.updatedAt = engine.time
      position.openFunding = position.openFunding.plus(payment)
      position.updatedAt = engine.time
      channels.moved(account, 'funding_fee', [asset], [positionKey(position.symbol, position.side, position.isolated)])
      engine.touchAccount(account)
    }
  })
}

/** Closes positions whose margin no longer covers the maintenance margin. */
export function liquidate({ engine, clearing, world }: OkxVenue, market: Market): void {
  for (const account of world.accounts.byId.values()) {
    if (account.exchange !== EXCHANGE || !holds(account, market)) continue
    const doomed = clearing.futures.doomed(account)
    if (doomed.length === 0) continue
    engine.act(() => {
      const symbols = new Set(doomed.map(({ symbol }) => symbol))
      for (const order of [...account.open]) {
        if (!symbols.has(order.market.symbol)) continue
        order.extra.cancelSource = '3'
        engine.cancel(order)
      }
      for (const position of doomed) {
        const at = engine.markets.get(position.symbol)
        if (at) engine.place(account, at, closing(position))
      }
    })
  }
}

function holds(account: Account, market: Market): boolean {
  for (const { symbol, amount } of account.positions.values()) {
    if (symbol === market.symbol && !amount.eq(ZERO)) return true
  }
  return false
}

function closing(position: Position) {
  return {
    clientId: '',
    side: position.amount.gt(ZERO) ? 'SELL' : 'BUY',
    type: 'market',
    kind: 'MARKET',
    tif: 'IOC',
    price: ZERO,
    qty: position.amount.abs(),
    stp: 'NONE',
    positionSide: position.side,
    isolated: position.isolated,
    extra: { tdMode: position.isolated ? 'isolated' : 'cross', liquidation: true, category: 'full_liquidation' },
  } as const
}
