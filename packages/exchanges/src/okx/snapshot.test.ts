import type { AccountEvent } from '@tradercoin/protocol'
import { describe, expect, it } from 'vitest'
import { ExchangeError } from '../errors.ts'
import type { OrderRef, SnapshotSince } from '../exchange.ts'
import { systemClock } from '../transport/clock.ts'
import { InstrumentBook } from './instrument-book.ts'
import { queryOrder } from './order-query.ts'
import { parsePush } from './parse.ts'
import type { OkxRest } from './rest.ts'
import { fetchOkxSnapshot } from './snapshot.ts'
import { findInstrument, fixture } from './test-fixtures.ts'

const now = 1_795_340_000_000
const hour = 3_600_000
const day = 24 * hour
const who = { api_key: 'key', api_secret: 'secret', passphrase: 'pass' }
const nothing: SnapshotSince = { time: now - hour, open_orders: [], symbols: [], balances: [], positions: [] }

const row = (name: string, overrides: object = {}) => ({ ...(fixture(name).frame as object), ...overrides })
const gone = () => Promise.reject(new ExchangeError('not_found', 'order_not_found', 'Unknown.'))
const open = (order_id: string, symbol = 'BTC-USDT'): OrderRef => ({
  trading_mode: 'spot',
  symbol,
  order_id,
  client_order_id: null,
})

/** Second looks do not make a test wait. */
const quick = { ...systemClock, after: (_ms: number, fn: () => void) => systemClock.after(0, fn) }

type Answers = Partial<Record<keyof OkxRest, (...asked: never[]) => unknown>>

/** An account at the venue: the answers of each call, and what was asked. */
function venue(answers: Answers) {
  const asked: string[] = []
  const names = [
    'ordersPending',
    'ordersHistory',
    'ordersArchive',
    'fills',
    'fillsHistory',
    'algosPending',
    'algosHistory',
  ]
  const calls = [...names, 'positions', 'balance', 'order', 'config'] as (keyof OkxRest)[]
  const rest = Object.fromEntries(
    calls.map((name) => [
      name,
      async (_who: unknown, ...params: unknown[]) => {
        asked.push(`${name} ${JSON.stringify(params)}`)
        const given = answers[name] as ((...args: unknown[]) => unknown) | undefined
        if (given) return given(...params)
        if (name === 'balance') return [{ uTime: String(now), details: [] }]
        return name === 'order' ? gone() : []
      },
    ]),
  ) as unknown as OkxRest
  const rows = fixture('rest-instruments').frame as { instType?: string }[]
  const instruments = new InstrumentBook(quick, async (instType) => rows.filter((each) => each?.instType === instType))
  const venueClock = { now: async () => now, estimate: () => now, refresh: async () => {} }
  const parts = { rest, clock: quick, venueClock, instruments }
  return {
    asked,
    fetch: (since: SnapshotSince) => fetchOkxSnapshot(parts, who, since),
    query: (ref: OrderRef) => queryOrder(parts, who, ref),
  }
}

const orders = (events: AccountEvent[]) => events.flatMap((event) => (event.kind === 'order' ? [event.order] : []))
const executions = (events: AccountEvent[]) =>
  events.flatMap((event) => (event.kind === 'execution' ? [event.execution] : []))

describe('a snapshot', () => {
  it('reads an account as a whole', async () => {
    const { fetch, asked } = venue({
      ordersPending: () => [row('rest-order')],
      ordersHistory: (({ instType }: { instType: string }) =>
        instType === 'SPOT' ? [row('rest-order-filled', { ordId: '2900000000000000044' })] : []) as never,
      algosPending: ((kind: string) => (kind === 'conditional,oco' ? [row('rest-algo')] : [])) as never,
      fills: () => [row('rest-fill', { ordId: '2900000000000000044' })],
      positions: () => [row('rest-position')],
      balance: () => [row('rest-balance')],
    })
    const { events, as_of, unproven } = await fetch(nothing)
    expect(as_of).toBe(now)
    expect(unproven).toBeNull()
    expect(orders(events).map(({ order_id, status }) => [order_id, status])).toEqual([
      ['2900000000000000001', 'NEW'],
      ['2900000000000000044', 'FILLED'],
      ['algo:1700000000000000001', 'UNTRIGGERED'],
    ])
    expect(executions(events)).toMatchObject([{ trade_id: '81000044', order_id: '2900000000000000044', kind: 'TRADE' }])
    expect(events.slice(-2).map((event) => event.kind)).toEqual(['balance', 'position'])
    const begin = String(now - hour - 60_000)
    expect(asked.filter((call) => call.startsWith('fills '))).toEqual([`fills [{"begin":"${begin}"}]`])
    expect(asked.filter((call) => call.startsWith('ordersHistory'))).toHaveLength(4)
    expect(asked.filter((call) => call.startsWith('algosPending'))).toHaveLength(6)
  })

  it('reads page after page', async () => {
    const ids = Array.from({ length: 250 }, (_, index) => String(2_900_000_000_000_000_250n - BigInt(index)))
    const { fetch, asked } = venue({
      ordersPending: ((after?: string) => {
        const from = after === undefined ? 0 : ids.indexOf(after) + 1
        return ids.slice(from, from + 100).map((ordId) => row('rest-order', { ordId }))
      }) as never,
    })
    expect(orders((await fetch(nothing)).events)).toHaveLength(250)
    expect(asked.filter((call) => call.startsWith('ordersPending'))).toEqual([
      'ordersPending [null]',
      `ordersPending ["${ids[99]}"]`,
      `ordersPending ["${ids[199]}"]`,
    ])
  })

  it('reads ended conditional orders back to those made before the gap', async () => {
    const ids = Array.from({ length: 250 }, (_, index) => String(1_700_000_000_000_000_250n - BigInt(index)))
    const made = (index: number) => String(now - (index < 150 ? 1_000 : 2 * hour))
    const { fetch, asked } = venue({
      algosHistory: (({ ordType, state, after }: Record<string, string | undefined>) => {
        if (ordType !== 'conditional' || state !== 'canceled') return []
        const from = after === undefined ? 0 : ids.indexOf(after) + 1
        return ids
          .slice(from, from + 100)
          .map((algoId, at) => row('rest-algo', { algoId, state, cTime: made(from + at), uTime: made(from + at) }))
      }) as never,
    })
    expect(orders((await fetch(nothing)).events)).toHaveLength(150)
    const pages = asked.filter((call) => call.includes('"conditional"') && call.includes('"canceled"'))
    expect(pages).toHaveLength(2)
    expect(pages[1]).toContain(`"after":"${ids[99]}"`)
  })

  it('asks for orders that vanished, one by one, and says how many are lost', async () => {
    const { fetch } = venue({
      order: ((_instId: string, { ordId }: { ordId: string }) =>
        ordId === '3' ? [row('rest-order-canceled', { ordId })] : gone()) as never,
      algosHistory: (({ ordType, algoId }: { ordType: string; algoId?: string }) =>
        ordType === 'move_order_stop' && algoId === '5'
          ? [row('rest-algo', { algoId, ordType, state: 'canceled' })]
          : []) as never,
    })
    const refs = [open('3'), open('4'), open('algo:5', 'BTC-USDT-SWAP'), open('algo:6', 'BTC-USDT-SWAP')]
    const { events, lost, unproven } = await fetch({ ...nothing, open_orders: refs })
    expect(orders(events)).toMatchObject([
      { order_id: 'algo:5', status: 'CANCELED', type: 'TRAILING_STOP' },
      { order_id: '3', status: 'CANCELED', reason: 'Order canceled by user' },
    ])
    expect(lost).toEqual([refs[1], refs[3]])
    expect(unproven).toMatch(/^2 orders that were open are no longer known/)
  })

  it('does not call an order lost that a second look finds, or whose query fails', async () => {
    let looks = 0
    const late = venue({
      order: () => (++looks === 1 ? gone() : [row('rest-order', { ordId: '4' })]),
      algosPending: (() => (looks > 1 ? [row('rest-algo', { algoId: '6' })] : [])) as never,
    })
    const refs = [open('4'), open('algo:6', 'BTC-USDT-SWAP')]
    const snapshot = await late.fetch({ ...nothing, open_orders: refs })
    expect([snapshot.lost, snapshot.unproven]).toEqual([[], null])
    const ids = orders(snapshot.events).map(({ order_id }) => order_id)
    expect(new Set(ids)).toEqual(new Set(['4', 'algo:6']))
    const down = () => Promise.reject(new ExchangeError('unavailable', 'unavailable', 'OKX does not answer.'))
    const failing = venue({ order: down }).fetch({ ...nothing, open_orders: [open('4')] })
    await expect(failing).rejects.toMatchObject({ kind: 'unavailable' })
  })

  it('reads the order a fill belongs to, and its conditional parent', async () => {
    const { fetch } = venue({
      fills: () => [row('rest-fill', { ordId: '8' })],
      order: () => [row('rest-order-filled', { ordId: '8', algoId: '9' })],
      algosHistory: (({ algoId }: { algoId?: string }) =>
        algoId === '9' ? [row('rest-algo', { algoId, state: 'effective', ordIdList: ['8'] })] : []) as never,
    })
    const { events } = await fetch(nothing)
    expect(orders(events)).toMatchObject([
      { order_id: '8', parent_order_id: 'algo:9' },
      { order_id: 'algo:9', status: 'TRIGGERED' },
    ])
    expect(executions(events)).toMatchObject([{ order_id: '8' }])
  })

  it('numbers forced fills as the stream does, from the order’s first', async () => {
    const fill = (name: object) => row('rest-fill-liquidated', name)
    const first = fill({ fillSz: '1', billId: '1', tradeId: '-4', fillTime: '1795336014000' })
    const second = fill({ fillSz: '2', billId: '2', fillTime: '1795336015000' })
    const { fetch } = venue({
      fills: (({ ordId }: { ordId?: string }) => (ordId === undefined ? [second] : [second, first])) as never,
      order: () => [row('rest-order-liquidated')],
    })
    const found = executions((await fetch(nothing)).events)
    expect(found.map(({ trade_id, kind }) => [trade_id, kind])).toEqual([
      ['forced:1:1795336014000', 'LIQUIDATION'],
      ['forced:3:1795336015000', 'LIQUIDATION'],
    ])
    const push = fixture('order-liquidated')
    const [told] = parsePush(push.frame, push.text, findInstrument).events
    expect(told).toMatchObject({ execution: { trade_id: 'forced:3:1795336015000', order_id: found[1]?.order_id } })
  })

  it('a fill reads the same whichever way it came', async () => {
    const push = fixture('order-filled')
    const [told] = parsePush(push.frame, push.text, findInstrument).events
    const { fetch } = venue({ fills: () => [row('rest-fill')], order: () => [row('rest-order-filled')] })
    expect(executions((await fetch(nothing)).events)).toEqual([told?.kind === 'order' ? told.execution : null])
  })

  it('tells as zero and closed what a complete list leaves out', async () => {
    const { fetch } = venue({ balance: () => [row('rest-balance')], positions: () => [row('rest-position')] })
    const swap = { trading_mode: 'futures', symbol: 'BTC-USDT-SWAP' } as const
    const { events } = await fetch({
      ...nothing,
      balances: [
        { asset: 'BTC', total: '1' },
        { asset: 'USDT', total: '5' },
        { asset: 'DUST', total: '0' },
      ],
      positions: [
        { ...swap, position_side: 'LONG', position_id: '2600000000000000001' },
        { ...swap, position_side: 'LONG', position_id: '2600000000000000009' },
        { ...swap, position_side: 'SHORT', position_id: '2600000000000000002' },
        { trading_mode: 'spot', symbol: 'BTC-USDT', position_side: 'NET', position_id: '2600000000000000004' },
      ],
    })
    const balances = events.flatMap((event) => (event.kind === 'balance' ? [event.balance] : []))
    expect(balances.map(({ asset, total }) => [asset, total])).toEqual([
      ['USDT', '9000.5'],
      ['BTC', '0'],
    ])
    const positions = events.flatMap((event) => (event.kind === 'position' ? [event.position] : []))
    expect(positions.map(({ position_side, position_id, quantity }) => [position_side, position_id, quantity])).toEqual(
      [
        ['LONG', '2600000000000000001', '0.03'],
        ['LONG', '2600000000000000009', '0'],
        ['SHORT', '2600000000000000002', '0'],
        ['NET', '2600000000000000004', '0'],
      ],
    )
    expect(positions.map(({ trading_mode }) => trading_mode)).toEqual(['futures', 'futures', 'futures', 'spot'])
  })

  it('after a long time asks the longer lists, and says what none of them keeps', async () => {
    const { fetch, asked } = venue({})
    const { unproven } = await fetch({ ...nothing, time: now - 100 * day })
    expect(unproven).toMatch(/90 days.*2 hours/)
    expect(asked.filter((call) => call.startsWith('fillsHistory'))).toHaveLength(4)
    expect(asked.filter((call) => call.startsWith('ordersArchive'))).toHaveLength(4)
    expect((await venue({}).fetch({ ...nothing, time: now - 3 * hour })).unproven).toMatch(/2 hours/)
  })

  it('a query that fails fails the whole: half a snapshot would look like a flat account', async () => {
    const away = () => Promise.reject(new ExchangeError('unavailable', 'unavailable', 'OKX does not answer.'))
    await expect(venue({ positions: away }).fetch(nothing)).rejects.toMatchObject({ kind: 'unavailable' })
  })
})

describe('one order', () => {
  it('with its executions; older ones are in the longer list', async () => {
    const { query, asked } = venue({
      order: () => [row('rest-order-filled')],
      fills: () => [row('rest-fill')],
      fillsHistory: () => [
        row('rest-fill', { tradeId: '81000001', billId: '7', fillSz: '0.005', fillTime: '1795336003200' }),
      ],
    })
    const events = (await query(open('2900000000000000001'))) ?? []
    expect(orders(events)).toMatchObject([{ status: 'FILLED', executed_qty: '0.02' }])
    expect(executions(events).map(({ trade_id }) => trade_id)).toEqual(['81000001', '81000044'])
    expect(asked.filter((call) => call.startsWith('fills '))).toEqual([
      'fills [{"instId":"BTC-USDT","ordId":"2900000000000000001"}]',
    ])
  })

  it('by its client id it may be a conditional one, waiting or ended', async () => {
    const named: OrderRef = { ...open(''), symbol: 'BTC-USDT-SWAP', order_id: null, client_order_id: 'hubalgo1' }
    const waiting = venue({
      algosPending: ((kind: string) => (kind === 'conditional' ? [row('rest-algo')] : [])) as never,
    })
    expect(orders((await waiting.query(named)) ?? [])).toMatchObject([{ order_id: 'algo:1700000000000000001' }])
    const ended = venue({
      algosHistory: (({ state, ordType }: { state?: string; ordType: string }) =>
        state === 'canceled' && ordType === 'conditional' ? [row('rest-algo', { state })] : []) as never,
    })
    expect(orders((await ended.query(named)) ?? [])).toMatchObject([{ status: 'CANCELED' }])
  })

  it('a triggered conditional order comes with the order it made', async () => {
    const { query } = venue({
      algosHistory: (({ algoId }: { algoId?: string }) =>
        algoId === '9' ? [row('rest-algo', { algoId, state: 'effective', ordIdList: ['8'] })] : []) as never,
      order: () => [row('rest-order-filled', { ordId: '8', algoId: '9' })],
      fills: () => [row('rest-fill', { ordId: '8', fillSz: '0.02' })],
    })
    const events = (await query(open('algo:9', 'BTC-USDT-SWAP'))) ?? []
    expect(
      orders(events)
        .map(({ order_id }) => order_id)
        .sort(),
    ).toEqual(['8', 'algo:9'])
    expect(executions(events)).toMatchObject([{ order_id: '8', quantity: '0.02' }])
  })

  it('that nobody knows is null, after a second look', async () => {
    const { query, asked } = venue({})
    expect(await query(open('1'))).toBeNull()
    expect(asked.filter((call) => call.startsWith('order '))).toHaveLength(4)
    let looks = 0
    const late = venue({ order: () => (++looks < 3 ? gone() : [row('rest-order')]) })
    expect(await late.query(open('2900000000000000001'))).toHaveLength(1)
  })
})
