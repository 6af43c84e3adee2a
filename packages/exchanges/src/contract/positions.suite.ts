import { addDecimal, compareDecimal, multiplyDecimal, subtractDecimal } from '@tradercoin/protocol'
import { expect, vi } from 'vitest'
import { type Card, type Offer, offeredCard } from './card.suite.ts'
import { type Harness, nothingKnown, soon } from './harness.suite.ts'
import { long, open, positions } from './told-positions.suite.ts'

const hasPositions = ({ target }: Offer) => target.trading_mode === 'futures'

/** Where there are no positions, none are told: not after a fill, not in a snapshot. */
async function tellsNone(h: Harness): Promise<void> {
  const { exchange, who, recorder } = await h.withStream()
  const { order_id } = await exchange.placeOrder(who, h.market())
  await h.told(recorder, order_id, 'FILLED')
  const { events } = await exchange.fetchSnapshot(who, nothingKnown)
  expect([...positions(recorder.events), ...positions(events)]).toEqual([])
}

export const positionCards: readonly Card[] = [
  offeredCard(
    'C100',
    'a position opens, grows, shrinks and closes on the stream',
    hasPositions,
    async (h) => {
      const { exchange, who, recorder } = await long(h)
      const [position] = open(recorder.events)
      expect(position).toMatchObject({ symbol: h.symbol, position_side: 'NET', trading_mode: 'futures' })
      const steps = [
        { side: 'BUY', becomes: '0.02' },
        { side: 'SELL', becomes: '0.01' },
        { side: 'SELL', becomes: '0' },
        { side: 'SELL', becomes: '-0.01' },
      ] as const
      for (const { side, becomes } of steps) {
        await exchange.placeOrder(who, h.market({ side }))
        await vi.waitFor(() => expect(positions(recorder.events)[0]?.quantity).toBe(becomes), soon)
      }
    },
    tellsNone,
  ),

  offeredCard(
    'C101',
    'a snapshot tells the position with entry, mark, unrealised profit, leverage and margin mode',
    hasPositions,
    async (h) => {
      const { exchange, account, who } = await long(h)
      const { events } = await exchange.fetchSnapshot(who, nothingKnown)
      const [position] = open(events)
      expect(position).toMatchObject({
        symbol: h.symbol,
        position_side: 'NET',
        quantity: '0.01',
        margin_mode: 'CROSS',
        leverage: expect.stringMatching(/^\d+(\.\d+)?$/),
        mark_price: expect.any(String),
      })
      const ledger = await h.ledger(account)
      const entry = position?.entry_price ?? '0'
      const off = subtractDecimal(entry, ledger.positions[0]?.entry_price ?? '0').replace('-', '')
      expect(compareDecimal(off, '0.01')).toBe(-1)
      const profit = multiplyDecimal(subtractDecimal(position?.mark_price ?? '0', entry), '0.01')
      expect(compareDecimal(subtractDecimal(position?.unrealized_pnl ?? '99', profit).replace('-', ''), '0.01')).toBe(
        -1,
      )
    },
    tellsNone,
  ),

  offeredCard(
    'C102',
    'unrealised profit follows the market',
    hasPositions,
    async (h) => {
      const { exchange, who } = await long(h)
      const unrealized = async () => {
        const { events } = await exchange.fetchSnapshot(who, nothingKnown)
        return open(events)[0]?.unrealized_pnl ?? 'none'
      }
      const before = await unrealized()
      await h.move(addDecimal(h.target.price, '1000'))
      expect(compareDecimal(subtractDecimal(await unrealized(), before), '9')).toBe(1)
    },
    tellsNone,
  ),

  offeredCard(
    'C103',
    'realised profit is told, and agrees with the exchange’s books',
    hasPositions,
    async (h) => {
      const { exchange, account, who, recorder } = await long(h)
      await h.move(addDecimal(h.target.price, '500'))
      const { order_id } = await exchange.placeOrder(who, h.market({ side: 'SELL' }))
      await h.told(recorder, order_id, 'FILLED')
      await vi.waitFor(() => h.expectLedger(account, recorder.events), soon)
      const booked = (await h.ledger(account)).executions.map((row) => row.realized_pnl).reduce(addDecimal, '0')
      expect(compareDecimal(booked, '3')).toBe(1)
      const byExecutions = recorder
        .executions()
        .map((execution) => execution.realized_pnl ?? '0')
        .reduce(addDecimal, '0')
      const { events } = await exchange.fetchSnapshot(who, h.since(Date.now() - 60_000))
      const byPosition = positions([...recorder.events, ...events])[0]?.realized_pnl ?? '0'
      // Venues tell it by execution, by position or both; fees may be in the position's.
      const told = byExecutions === '0' ? byPosition : byExecutions
      expect(compareDecimal(subtractDecimal(told, booked).replace('-', ''), '2')).toBe(-1)
    },
    tellsNone,
  ),

  offeredCard(
    'C104',
    'a position closed while nobody listened is told as closed',
    hasPositions,
    async (h) => {
      const { exchange, account, who, stream } = await long(h)
      const before = await exchange.fetchSnapshot(who, nothingKnown)
      stream.close()
      await h.elsewhere(account, { side: 'SELL', quantity: '0.01' })
      const after = await exchange.fetchSnapshot(who, h.since(before.as_of, { positions: open(before.events) }))
      expect(positions(after.events)).toMatchObject([{ symbol: h.symbol, quantity: '0' }])
    },
    tellsNone,
  ),

  offeredCard(
    'C105',
    'a short position is told with a minus',
    hasPositions,
    async (h) => {
      const { exchange, who, recorder } = await h.withStream()
      await exchange.placeOrder(who, h.market({ side: 'SELL' }))
      await vi.waitFor(() => expect(open(recorder.events)).toMatchObject([{ quantity: '-0.01' }]), soon)
      const { events } = await exchange.fetchSnapshot(who, nothingKnown)
      expect(open(events)).toMatchObject([{ quantity: '-0.01', position_side: 'NET' }])
    },
    tellsNone,
  ),
]
