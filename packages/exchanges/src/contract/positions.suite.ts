import type { AccountEvent, PositionReport } from '@tradercoin/protocol'
import { addDecimal, compareDecimal, multiplyDecimal, subtractDecimal } from '@tradercoin/protocol'
import { expect, vi } from 'vitest'
import type { PlaceRequest } from '../exchange.ts'
import { type Card, type Offer, offeredCard } from './card.suite.ts'
import { expectOver } from './conditional.suite.ts'
import { type Harness, nothingKnown, soon } from './harness.suite.ts'
import { expectNotOffered } from './refusal.suite.ts'

const hasPositions = ({ target }: Offer) => target.trading_mode === 'futures'
const reduces = ({ capabilities }: Offer) => capabilities.reduce_only
const hedges = ({ capabilities }: Offer) => capabilities.hedge_mode
const refuses = (order: Partial<PlaceRequest>, code: string) => (h: Harness) => expectNotOffered(h, order, code)
const refusesReduce = refuses({ type: 'MARKET', price: null, reduce_only: true }, 'reduce_only_not_supported')
const refusesSides = refuses({ position_side: 'LONG' }, 'position_side_not_supported')

/** Where there are no positions, none are told: not after a fill, not in a snapshot. */
async function tellsNone(h: Harness): Promise<void> {
  const { exchange, who, recorder } = await h.withStream()
  const { order_id } = await exchange.placeOrder(who, h.market())
  await h.told(recorder, order_id, 'FILLED')
  const { events } = await exchange.fetchSnapshot(who, nothingKnown)
  expect([...positions(recorder.events), ...positions(events)]).toEqual([])
}

/** The last that is told of each field of each position of the card's symbol. */
function positions(events: AccountEvent[]): PositionReport[] {
  const last = new Map<string, PositionReport>()
  for (const event of events) {
    if (event.kind !== 'position') continue
    const { position } = event
    const told = Object.fromEntries(Object.entries(position).filter(([, value]) => value !== null))
    const name = `${position.position_side} ${position.position_id}`
    last.set(name, { ...(last.get(name) ?? position), ...told })
  }
  return [...last.values()]
}

const open = (events: AccountEvent[]) => positions(events).filter(({ quantity }) => quantity !== '0')

/** A long position of 0.01. */
async function long(h: Harness) {
  const streaming = await h.withStream()
  await streaming.exchange.placeOrder(streaming.who, h.market())
  await vi.waitFor(() => expect(open(streaming.recorder.events)).toMatchObject([{ quantity: '0.01' }]), soon)
  return streaming
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

  offeredCard(
    'C106',
    'a reduce-only order closes the position, and no more than that',
    reduces,
    async (h) => {
      const { exchange, account, who, recorder } = await long(h)
      const order = h.market({ side: 'SELL', reduce_only: true })
      const { order_id } = await exchange.placeOrder(who, order)
      expect(await h.told(recorder, order_id, 'FILLED')).toMatchObject({ reduce_only: true })
      await vi.waitFor(() => expect(open(recorder.events)).toEqual([]), soon)
      await vi.waitFor(() => h.expectLedger(account, recorder.events), soon)
    },
    refusesReduce,
  ),

  offeredCard(
    'C107',
    'a reduce-only order with nothing to reduce is refused',
    reduces,
    async (h) => {
      const { exchange, account, who } = await h.setUp()
      const order = h.market({ side: 'SELL', reduce_only: true })
      await expect(exchange.placeOrder(who, order)).rejects.toMatchObject({
        kind: 'refused',
        code: 'reduce_only_rejected',
      })
      expect((await h.ledger(account)).executions).toEqual([])
    },
    refusesReduce,
  ),

  offeredCard(
    'C108',
    'a stop that closes whatever the position is then',
    ({ capabilities }) => capabilities.close_position,
    async (h) => {
      const { exchange, who, recorder } = await long(h)
      const stop_price = addDecimal(h.target.price, '-1000')
      const order = h.request({
        type: 'STOP_MARKET',
        side: 'SELL',
        price: null,
        stop_price,
        quantity: null,
        close_position: true,
      })
      const { order_id } = await exchange.placeOrder(who, order)
      await h.told(recorder, order_id, 'UNTRIGGERED')
      await exchange.placeOrder(who, h.market())
      await vi.waitFor(() => expect(open(recorder.events)).toMatchObject([{ quantity: '0.02' }]), soon)
      await h.move(addDecimal(stop_price, '-100'))
      await vi.waitFor(() => expectOver(recorder.events, order_id), soon)
      await vi.waitFor(() => expect(open(recorder.events)).toEqual([]), soon)
    },
    refuses(
      { type: 'STOP_MARKET', side: 'SELL', price: null, stop_price: '94000', quantity: null, close_position: true },
      'close_position_not_supported',
    ),
  ),

  offeredCard(
    'C109',
    'hedge mode: a long and a short side by side, on the stream and in a snapshot',
    hedges,
    async (h) => {
      const { exchange, account, who, recorder } = await h.withStream()
      await h.target.owner?.hedge(h.url, account)
      await exchange.placeOrder(who, h.market({ position_side: 'LONG' }))
      await exchange.placeOrder(who, h.market({ side: 'SELL', position_side: 'SHORT', quantity: '0.02' }))
      await vi.waitFor(() => expect(open(recorder.events)).toHaveLength(2), soon)
      const { events } = await exchange.fetchSnapshot(who, nothingKnown)
      for (const told of [recorder.events, events]) {
        const legs = open(told).map(({ position_side, quantity }) => `${position_side} ${quantity}`)
        expect(legs.sort()).toEqual(['LONG 0.01', 'SHORT -0.02'])
      }
    },
    refusesSides,
  ),

  offeredCard(
    'C110',
    'hedge mode: each leg is closed by itself',
    hedges,
    async (h) => {
      const { exchange, account, who, recorder } = await h.withStream()
      await h.target.owner?.hedge(h.url, account)
      await exchange.placeOrder(who, h.market({ position_side: 'LONG' }))
      await exchange.placeOrder(who, h.market({ side: 'SELL', position_side: 'SHORT' }))
      await vi.waitFor(() => expect(open(recorder.events)).toHaveLength(2), soon)
      const { order_id } = await exchange.placeOrder(who, h.market({ position_side: 'SHORT' }))
      const told = await h.told(recorder, order_id, 'FILLED')
      expect(told).toMatchObject({ side: 'BUY', position_side: 'SHORT' })
      await vi.waitFor(
        () => expect(open(recorder.events)).toMatchObject([{ position_side: 'LONG', quantity: '0.01' }]),
        soon,
      )
    },
    refusesSides,
  ),

  offeredCard(
    'C111',
    'cross margin',
    ({ capabilities }) => capabilities.margin_modes.includes('CROSS'),
    async (h) => {
      const { exchange, who } = await long(h)
      const { events } = await exchange.fetchSnapshot(who, nothingKnown)
      expect(open(events)).toMatchObject([{ margin_mode: 'CROSS' }])
    },
    refuses({ margin_mode: 'CROSS' }, 'margin_mode_not_supported'),
  ),

  offeredCard(
    'C112',
    'isolated margin',
    ({ capabilities }) => capabilities.margin_modes.includes('ISOLATED'),
    async (h) => {
      const { exchange, account, who, recorder } = await h.withStream()
      const { isolate } = h.target.owner ?? {}
      // Where no setting of the owner's says it, the order does.
      if (isolate) await isolate(h.url, account, h.symbol)
      await exchange.placeOrder(who, h.market(isolate ? {} : { margin_mode: 'ISOLATED' }))
      await vi.waitFor(() => expect(open(recorder.events)).toMatchObject([{ quantity: '0.01' }]), soon)
      const { events } = await exchange.fetchSnapshot(who, nothingKnown)
      expect(open(events)).toMatchObject([{ margin_mode: 'ISOLATED', quantity: '0.01' }])
    },
    refuses({ margin_mode: 'ISOLATED' }, 'margin_mode_not_supported'),
  ),
]
