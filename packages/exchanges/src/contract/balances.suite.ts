import type { AccountEvent, BalanceReport } from '@tradercoin/protocol'
import { addDecimal, compareDecimal } from '@tradercoin/protocol'
import { expect, vi } from 'vitest'
import type { SimAccount } from '../test-simulator.ts'
import { type Card, card, offeredCard } from './card.suite.ts'
import { type Harness, nothingKnown, soon } from './harness.suite.ts'

/** The last that is told of each asset. */
function balances(events: AccountEvent[]): Map<string, BalanceReport> {
  return new Map(
    events.flatMap((event) => (event.kind === 'balance' ? [[event.balance.asset, event.balance] as const] : [])),
  )
}

async function expectTotals(h: Harness, account: SimAccount, events: AccountEvent[], assets?: string[]): Promise<void> {
  const booked = (await h.ledger(account)).balances
  const told = balances(events)
  for (const asset of assets ?? Object.keys(booked)) {
    expect(compareDecimal(told.get(asset)?.total ?? '-1', booked[asset] ?? '0'), asset).toBe(0)
  }
}

export const balanceCards: readonly Card[] = [
  card('C120', 'the first snapshot has every balance, as the exchange’s books have it', async (h) => {
    const { exchange, account, who } = await h.setUp()
    const { events } = await exchange.fetchSnapshot(who, nothingKnown)
    expect(balances(events).size).toBeGreaterThan(0)
    await expectTotals(h, account, events)
  }),

  card('C121', 'a fill moves the balance on the stream', async (h) => {
    const { exchange, account, who, recorder } = await h.withStream()
    const before = await h.ledger(account)
    const { order_id } = await exchange.placeOrder(who, h.market())
    await h.told(recorder, order_id, 'FILLED')
    const after = await h.ledger(account)
    const moved = Object.keys(after.balances).filter((asset) => after.balances[asset] !== before.balances[asset])
    expect(moved).toContain('USDT')
    await vi.waitFor(() => expectTotals(h, account, recorder.events, moved), soon)
  }),

  card('C122', 'after a day of trading the stream’s balances and a snapshot’s are the same', async (h) => {
    const { exchange, account, who, recorder } = await h.withStream()
    for (const side of ['BUY', 'BUY', 'SELL', 'BUY', 'SELL', 'SELL'] as const) {
      const { order_id } = await exchange.placeOrder(who, h.market({ side }))
      await h.told(recorder, order_id, 'FILLED')
    }
    await vi.waitFor(() => expectTotals(h, account, recorder.events, ['USDT']), soon)
    const { events } = await exchange.fetchSnapshot(who, nothingKnown)
    await expectTotals(h, account, events)
  }),

  offeredCard(
    'C123',
    'what a resting order holds is not available',
    ({ target }) => target.pooled_margin !== true,
    async (h) => {
      const { exchange, who, recorder } = await h.withStream()
      const before = balances((await exchange.fetchSnapshot(who, nothingKnown)).events).get('USDT')
      const { order_id } = await exchange.placeOrder(who, h.request())
      await h.told(recorder, order_id, 'NEW')
      const held = balances((await exchange.fetchSnapshot(who, nothingKnown)).events).get('USDT')
      expect(compareDecimal(held?.available ?? '-1', before?.available ?? '0')).toBe(-1)
      expect(held?.total).toBe(before?.total)
      await exchange.cancelOrder(who, h.ref(order_id))
      await h.told(recorder, order_id, 'CANCELED')
      const free = balances((await exchange.fetchSnapshot(who, nothingKnown)).events).get('USDT')
      expect(free?.available).toBe(before?.available)
    },
    // Where margin is the account's, a coin keeps its total, and no more than that is said to be available.
    async (h) => {
      const { exchange, who, recorder } = await h.withStream()
      const before = balances((await exchange.fetchSnapshot(who, nothingKnown)).events).get('USDT')
      const { order_id } = await exchange.placeOrder(who, h.request())
      await h.told(recorder, order_id, 'NEW')
      const held = balances((await exchange.fetchSnapshot(who, nothingKnown)).events).get('USDT')
      expect(held?.total).toBe(before?.total)
      expect(compareDecimal(held?.available ?? '0', held?.total ?? '0')).toBeLessThanOrEqual(0)
    },
  ),

  card('C124', 'money that comes from outside is told', async (h) => {
    const { account, recorder } = await h.withStream()
    const { balances: before } = await h.ledger(account)
    await h.sim.transfer(account.account_id, 'USDT', '1234.5')
    await vi.waitFor(() => expectTotals(h, account, recorder.events, ['USDT']), soon)
    expect(balances(recorder.events).get('USDT')?.total).toBe(addDecimal(before.USDT ?? '0', '1234.5'))
  }),

  card('C125', 'assets are never mixed: each balance names one', async (h) => {
    const exchange = h.open()
    const account = await h.sim.account({ balances: { USDT: '5000', BTC: '0.12345678', ETH: '2.5' } })
    const { events } = await exchange.fetchSnapshot(account.credentials, nothingKnown)
    expect([...balances(events).keys()].sort()).toEqual(expect.arrayContaining(['BTC', 'ETH', 'USDT']))
    await expectTotals(h, account, events)
  }),
]
