import { compareDecimal, type TimeInForce } from '@tradercoin/protocol'
import { expect, vi } from 'vitest'
import { ExchangeError } from '../errors.ts'
import { type Card, card, type Offer, offeredCard } from './card.suite.ts'
import { type Harness, soon } from './harness.suite.ts'
import { expectNotOffered } from './refusal.suite.ts'

const offers =
  (word: TimeInForce) =>
  ({ capabilities }: Offer) =>
    capabilities.time_in_force.includes(word)
const refuses = (word: TimeInForce) => (h: Harness) =>
  expectNotOffered(h, { time_in_force: word }, 'time_in_force_not_supported')

export const timeInForceCards: readonly Card[] = [
  offeredCard(
    'C40',
    'IOC that finds enough fills',
    offers('IOC'),
    async (h) => {
      const { exchange, account, who, recorder } = await h.withStream()
      const order = h.request({ price: h.target.taking, time_in_force: 'IOC' })
      const { order_id } = await exchange.placeOrder(who, order)
      expect(await h.told(recorder, order_id, 'FILLED')).toMatchObject({ time_in_force: 'IOC', type: 'LIMIT' })
      await h.expectLedger(account, recorder.events)
    },
    refuses('IOC'),
  ),

  offeredCard(
    'C41',
    'IOC that finds a part: the rest expires, the executions stay',
    offers('IOC'),
    async (h) => {
      const { exchange, account, who, recorder } = await h.withStream()
      await h.trade({ side: 'SELL', quantity: '0.004', price: h.target.price })
      const order = h.request({ price: h.target.price, time_in_force: 'IOC' })
      const { order_id } = await exchange.placeOrder(who, order)
      const told = await h.told(recorder, order_id, 'EXPIRED')
      expect(told).toMatchObject({ executed_qty: '0.004', reason: expect.any(String) })
      expect(recorder.executions()).toMatchObject([{ order_id, quantity: '0.004', price: h.target.price }])
      await h.expectLedger(account, recorder.events)
    },
    refuses('IOC'),
  ),

  offeredCard(
    'C42',
    'IOC that finds nothing expires unfilled',
    offers('IOC'),
    async (h) => {
      const { exchange, account, who, recorder } = await h.withStream()
      const { order_id } = await exchange.placeOrder(who, h.request({ time_in_force: 'IOC' }))
      expect(await h.told(recorder, order_id, 'EXPIRED')).toMatchObject({ executed_qty: '0' })
      expect(recorder.executions()).toEqual([])
      await h.expectLedger(account, recorder.events)
    },
    refuses('IOC'),
  ),

  offeredCard(
    'C43',
    'FOK that finds enough fills',
    offers('FOK'),
    async (h) => {
      const { exchange, account, who, recorder } = await h.withStream()
      const order = h.request({ price: h.target.taking, time_in_force: 'FOK' })
      const { order_id } = await exchange.placeOrder(who, order)
      expect(await h.told(recorder, order_id, 'FILLED')).toMatchObject({ time_in_force: 'FOK' })
      await h.expectLedger(account, recorder.events)
    },
    refuses('FOK'),
  ),

  offeredCard(
    'C44',
    'FOK that finds only a part: not one unit trades',
    offers('FOK'),
    async (h) => {
      const { exchange, account, who, recorder } = await h.withStream()
      await h.trade({ side: 'SELL', quantity: '0.004', price: h.target.price })
      const order = h.request({ price: h.target.price, time_in_force: 'FOK' })
      // Some venues refuse the order at once, others take it and expire it.
      const answer = await exchange.placeOrder(who, order).catch((problem: unknown) => problem)
      if (answer instanceof ExchangeError) expect(answer).toMatchObject({ kind: 'refused', code: 'not_fillable' })
      else await h.told(recorder, order.client_order_id, 'EXPIRED')
      expect(recorder.executions()).toEqual([])
      expect((await h.ledger(account)).executions).toEqual([])
    },
    refuses('FOK'),
  ),

  offeredCard(
    'C45',
    'good till date',
    offers('GTD'),
    async (h) => {
      const { exchange, who, recorder } = await h.withStream()
      const { order_id } = await exchange.placeOrder(who, h.request({ time_in_force: 'GTD' }))
      expect(await h.told(recorder, order_id, 'NEW')).toMatchObject({ time_in_force: 'GTD' })
    },
    refuses('GTD'),
  ),

  offeredCard(
    'C46',
    'post-only rests, and says that it is',
    ({ capabilities }) => capabilities.post_only,
    async (h) => {
      const { exchange, who, recorder } = await h.withStream()
      const { order_id } = await exchange.placeOrder(who, h.request({ post_only: true }))
      expect(await h.told(recorder, order_id, 'NEW')).toMatchObject({
        post_only: true,
        type: 'LIMIT',
        time_in_force: 'GTC',
      })
      const found = await exchange.fetchOrder(who, h.ref(order_id))
      expect(found).toMatchObject([{ order: { post_only: true, type: 'LIMIT', status: 'NEW' } }])
    },
    (h) => expectNotOffered(h, { post_only: true }, 'post_only_not_supported'),
  ),

  offeredCard(
    'C47',
    'post-only that would take is refused, or ends REJECTED with its reason',
    ({ capabilities }) => capabilities.post_only,
    async (h) => {
      const { exchange, account, who, recorder } = await h.withStream()
      const order = h.request({ post_only: true, price: h.target.taking })
      const answer = await exchange.placeOrder(who, order).catch((problem: unknown) => problem)
      if (answer instanceof ExchangeError) {
        expect(answer).toMatchObject({ kind: 'refused', code: 'post_only_would_take' })
      } else {
        const told = await h.told(recorder, order.client_order_id, 'REJECTED')
        expect(told.reason).toMatch(/post.?only|maker/i)
      }
      expect(recorder.executions()).toEqual([])
      expect((await h.ledger(account)).executions).toEqual([])
    },
    (h) => expectNotOffered(h, { post_only: true }, 'post_only_not_supported'),
  ),

  card('C48', 'a post-only market order makes no sense: refused before it is sent', async (h) => {
    await expectNotOffered(h, { type: 'MARKET', price: null, post_only: true }, 'post_only_not_supported')
  }),

  card('C49', 'a market order larger than the book: what traded stays, the rest expires', async (h) => {
    const exchange = h.open()
    const account = await h.sim.account({ balances: { USDT: '100000000' } })
    const { recorder } = await h.follow(exchange, account.credentials)
    await h.move(h.target.price)
    const { order_id } = await exchange.placeOrder(account.credentials, h.market({ quantity: '110' }))
    const told = await h.told(recorder, order_id, 'EXPIRED')
    expect(compareDecimal(told.executed_qty, '0')).toBe(1)
    await vi.waitFor(() => h.expectLedger(account, recorder.events), soon)
  }),
]
