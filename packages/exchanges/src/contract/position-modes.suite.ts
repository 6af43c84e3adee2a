import { addDecimal } from '@tradercoin/protocol'
import { expect, vi } from 'vitest'
import type { PlaceRequest } from '../exchange.ts'
import { type Card, type Offer, offeredCard } from './card.suite.ts'
import { type Harness, nothingKnown, soon } from './harness.suite.ts'
import { expectNotOffered } from './refusal.suite.ts'
import { long, open } from './told-positions.suite.ts'
import { expectOver } from './waiting-order.suite.ts'

const reduces = ({ capabilities }: Offer) => capabilities.reduce_only
const hedges = ({ capabilities }: Offer) => capabilities.hedge_mode
const refuses = (order: Partial<PlaceRequest>, code: string) => (h: Harness) => expectNotOffered(h, order, code)
const refusesReduce = refuses({ type: 'MARKET', price: null, reduce_only: true }, 'reduce_only_not_supported')
const refusesSides = refuses({ position_side: 'LONG' }, 'position_side_not_supported')

export const positionModeCards: readonly Card[] = [
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
