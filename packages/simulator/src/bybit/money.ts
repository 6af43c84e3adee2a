import type { Account, Income, Position } from '../engine/account.ts'
import { type Big, dec, ZERO } from '../engine/decimal.ts'
import { settleAsset } from '../engine/instrument.ts'
import type { Market } from '../engine/market.ts'
import { protectionPrice } from './tickets.ts'
import type { BybitVenue } from './venue.ts'

/** A deposit or, negative, a withdrawal. */
export function transfer(venue: BybitVenue, account: Account, asset: string, amount: string): void {
  venue.engine.act(() => {
    account.wallet.credit(asset, dec(amount))
    addIncome(venue, account, { symbol: '', type: 'TRANSFER', amount, asset })
    venue.engine.touchAssets(account, [asset])
  })
}

/** Pays or charges funding on the positions of a market, by their value at the mark price. */
export function fund(venue: BybitVenue, account: Account, market: Market, rate: Big): void {
  venue.engine.act(() => {
    for (const position of account.positions.values()) {
      if (position.symbol !== market.symbol || position.amount.eq(ZERO)) continue
      const value = venue.clearing.futures.notional(position)
      const payment = ZERO.minus(value.times(rate)).round(8, 0)
      const asset = settleAsset(market.instrument)
      account.wallet.credit(asset, payment)
      position.openFunding = position.openFunding.plus(payment)
      const details = {
        side: position.amount.gt(ZERO) ? 'Buy' : 'Sell',
        qty: position.amount.abs().toFixed(),
        price: market.mark.toFixed(),
        value: value.abs().toFixed(),
        rate: rate.toFixed(),
      }
      const row = { symbol: market.symbol, type: 'FUNDING', amount: payment.toFixed(), asset, details }
      venue.feed.funding(account, market, addIncome(venue, account, row))
      venue.engine.touchAssets(account, [asset])
    }
  })
}

/** Liquidates the positions in a market whose margin no longer covers the maintenance margin, and all that fall with them. */
export function liquidate(venue: BybitVenue, market: Market): void {
  for (const account of venue.world.accounts.byId.values()) {
    if (account.exchange !== venue.exchange || !holds(account, market)) continue
    const doomed = venue.clearing.futures.doomed(account)
    if (doomed.length === 0) continue
    venue.engine.act(() => {
      for (const order of [...account.open]) {
        if (order.market.instrument.kind === 'spot') continue
        order.extra.cancelType = 'CancelByPrepareLiq'
        venue.engine.cancel(order)
      }
      for (const position of doomed) takeOver(venue, account, position)
    })
  }
}

function holds(account: Account, market: Market): boolean {
  return [...account.positions.values()].some((each) => each.symbol === market.symbol && !each.amount.eq(ZERO))
}

function takeOver(venue: BybitVenue, account: Account, position: Position): void {
  const market = venue.engine.markets.get(position.symbol)
  if (!market) return
  const side = position.amount.gt(ZERO) ? 'SELL' : 'BUY'
  venue.engine.place(account, market, {
    clientId: '',
    side,
    type: 'Market',
    kind: 'MARKET',
    tif: 'IOC',
    price: ZERO,
    qty: position.amount.abs(),
    stp: 'NONE',
    positionSide: position.side,
    isolated: position.isolated,
    extra: {
      liquidation: true,
      createType: 'CreateByLiq',
      protectionPrice: protectionPrice(market, side).toFixed(),
      lastPriceOnCreated: market.last.toFixed(),
    },
  })
}

function addIncome(venue: BybitVenue, account: Account, row: Omit<Income, 'id' | 'time' | 'tradeId'>): Income {
  const time = venue.engine.time
  const id = BigInt(time) * 10_000n + BigInt(account.income.length % 10_000)
  const income = { ...row, time, id, tradeId: '' }
  venue.world.saveIncome(account, income)
  return income
}
