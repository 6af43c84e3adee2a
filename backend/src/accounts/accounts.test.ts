import { join } from 'node:path'
import { ExchangeError } from '@tradercoin/exchanges'
import type { AccountEvent, Execution, Gap, Order, PlaceOrderBody } from '@tradercoin/protocol'
import { afterAll, afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { AccountsBench } from '../../test/support/accounts.ts'
import { executionReport, filledOrder, orderEvent, orderReport } from '../../test/support/reports.ts'
import { ScriptedExchange } from '../../test/support/scripted-exchange.ts'
import { addUserWithKey, createDatabase, temporaryDirectory } from '../../test/support/store.ts'
import { TestClock } from '../../test/support/test-clock.ts'
import { lostOrderReason } from '../ledger/order-record.ts'
import { openWritable } from '../store/database.ts'
import { readOrder } from '../store/order-list.ts'

const directory = temporaryDirectory()
afterAll(() => directory.remove())
let files = 0
let path: string
let clock: TestClock
let venue: ScriptedExchange
let bench: AccountsBench

beforeEach(async () => {
  path = join(directory.path, `${++files}.db`)
  createDatabase(path, 1).close()
  clock = new TestClock()
  venue = new ScriptedExchange(clock)
  bench = await AccountsBench.open(path, clock, venue)
})
afterEach(() => bench.close())

const until = (check: () => void) => vi.waitFor(check, { timeout: 10_000, interval: 5 })
const live = () => until(() => expect(bench.state()).toBe('live'))
const goLive = async () => {
  bench.accounts.startAll()
  venue.stream.up()
  await live()
}
/** Lets the rounds of the accounts run for that long. */
const pass = (ms: number) => {
  for (let passed = 0; passed < ms; passed += 1_000) clock.advance(1_000)
}
/** Resolves once the account knows what became of all it was told. The rows can be seen a little earlier. */
const allBooked = async () => bench.accounts.get(1)?.queue.idle()
const executions = () => bench.records<Execution>('execution').map(({ trade_id }) => trade_id)
const unavailable = new ExchangeError('unavailable', 'unavailable', 'The exchange does not answer.')

describe('catching up', () => {
  it('holds the stream back until the snapshot is booked, then is live; a new key has no gap', async () => {
    let answer = (_: Awaited<ReturnType<typeof venue.snapshot>>) => {}
    venue.snapshot = () =>
      new Promise((resolve) => {
        answer = resolve
      })
    bench.accounts.start(1)
    expect(bench.state()).toBe('connecting')
    venue.stream.up()
    expect(bench.state()).toBe('syncing')
    venue.stream.send(...filledOrder('2', 1))
    await until(() => expect(venue.asked).toHaveLength(1))
    expect(venue.asked[0]).toEqual({ time: null, open_orders: [], symbols: [], balances: [], positions: [] })
    expect(bench.events).toEqual([])
    answer(venue.snapshotOf(filledOrder('1', 1)))
    await live()
    await until(() => expect(executions()).toEqual(['11', '21']))
    expect(bench.records<Execution>('execution').map(({ source }) => source)).toEqual(['rest', 'stream'])
    expect(bench.records('gap')).toEqual([])
    expect(venue.credentials[0]).toEqual({ api_key: 'key-1', api_secret: 'secret-1', passphrase: null })
    expect(bench.statuses.map(({ state }) => state)).toEqual(['syncing', 'live'])
  })

  it('tries a failed snapshot again and loses nothing of what arrives meanwhile', async () => {
    let failures = 3
    venue.snapshot = async () => {
      if (failures-- > 0) throw unavailable
      return venue.snapshotOf([])
    }
    bench.accounts.start(1)
    venue.stream.up()
    venue.stream.send(...filledOrder('1', 2))
    await until(() => {
      clock.advance(1_000)
      expect(bench.state()).toBe('live')
    })
    await until(() => expect(executions()).toEqual(['11', '12']))
    expect(venue.asked).toHaveLength(4)
  })

  it('notes an interruption with its cause, and fills it with what queries bring back', async () => {
    await goLive()
    venue.stream.send(orderEvent({ order_id: '7' }))
    await until(() => expect(bench.records('order_update')).toHaveLength(1))
    const from = clock.now()
    clock.advance(10_000)
    venue.snapshot = async () => venue.snapshotOf(filledOrder('1', 2), 'an unfilled order may be missing')
    venue.stream.down('silent', 'no pong')
    expect(bench.state()).toBe('reconnecting')
    clock.advance(5_000)
    const to = clock.now()
    venue.stream.up()
    await live()
    expect(venue.asked.at(-1)).toMatchObject({
      open_orders: [{ symbol: 'BTCUSDT', order_id: '7' }],
      symbols: [{ trading_mode: 'spot', symbol: 'BTCUSDT' }],
    })
    const [opened, ended] = bench.records<Gap>('gap')
    expect(opened).toMatchObject({ from, to: null, cause: 'silent' })
    expect(ended).toMatchObject({
      id: opened?.id,
      from,
      to,
      recovered: { orders: 1, executions: 2 },
      unproven: 'an unfilled order may be missing',
    })
    expect(bench.gaps).toEqual([ended])
    expect(bench.interruptions).toEqual(['silent'])
  })

  it('closes once what the venue does not know any more; a fill told late is booked all the same', async () => {
    const { symbol, trading_mode } = orderReport()
    await goLive()
    venue.stream.send(
      orderEvent({ order_id: '7' }),
      orderEvent({ order_id: '8', create_time: 1, update_time: clock.now() }),
    )
    await until(() => expect(bench.records('order_update')).toHaveLength(2))
    const lost = ['7', '8'].map((order_id) => ({ trading_mode, symbol, order_id, client_order_id: null }))
    venue.snapshot = async () => ({ ...venue.snapshotOf([], 'two are lost'), lost })
    for (const updates of [3, 3]) {
      venue.stream.down()
      venue.stream.up()
      await live()
      expect(bench.records('order_update')).toHaveLength(updates)
    }
    expect(venue.asked.at(-1)?.open_orders.map(({ order_id }) => order_id)).toEqual(['8'])
    expect(bench.records<Order>('order_update').at(-1)).toMatchObject({
      order_id: '7',
      status: 'CANCELED',
      reason: lostOrderReason,
    })
    venue.stream.send({ kind: 'execution', execution: executionReport({ order_id: '7' }) })
    await until(() => expect(executions()).toEqual(['1']))
    expect(readOrder(bench.store.db, { user_id: 1 }, 1)).toMatchObject({ status: 'CANCELED', executed_qty: '0.1' })
    venue.stream.send(orderEvent({ order_id: '7', status: 'FILLED', executed_qty: '0.3', update_time: 1_002 }))
    await until(() =>
      expect(bench.records<Order>('order_update').at(-1)).toMatchObject({ status: 'FILLED', reason: null }),
    )
    // The comparison finds the other one lost once it is old enough.
    pass(15 * 60_000)
    await until(() => expect(readOrder(bench.store.db, { user_id: 1 }, 2)?.reason).toBe(lostOrderReason))
  })

  it('does not close a gap with a snapshot that was asked before the line broke again', async () => {
    await goLive()
    venue.stream.down()
    let answer = () => {}
    venue.snapshot = () =>
      new Promise((resolve) => {
        answer = () => resolve(venue.snapshotOf(filledOrder('1', 1)))
      })
    venue.stream.up()
    await until(() => expect(venue.asked).toHaveLength(2))
    venue.stream.down()
    answer()
    // What it brought is booked all the same.
    await until(() => expect(executions()).toEqual(['11']))
    expect(bench.records<Gap>('gap').map(({ to }) => to)).toEqual([null])
    venue.snapshot = async () => venue.snapshotOf([])
    venue.stream.up()
    await live()
    expect(bench.records<Gap>('gap')).toMatchObject([{ to: null }, { recovered: { orders: 1, executions: 1 } }])
  })

  it('starts over when more events arrive than may wait, and brings them back by query', async () => {
    await goLive()
    venue.stream.down()
    venue.snapshot = () => new Promise(() => {})
    venue.stream.up()
    const flooded = venue.stream
    for (let n = 0; n < 2_600; n++) flooded.send(...filledOrder(`${n}`, 1))
    expect(flooded.isClosed).toBe(true)
    expect(bench.state()).toBe('reconnecting')
    expect(bench.logged).toContain('account_starts_over')
    clock.advance(1_000)
    expect(venue.streams).toHaveLength(2)
  })

  it('begins a gap where the hub was last known to be alive, after a restart', async () => {
    await goLive()
    const aliveAt = clock.now()
    await bench.close()
    clock.advance(60_000)
    venue = new ScriptedExchange(clock)
    bench = await AccountsBench.open(path, clock, venue)
    await goLive()
    const gaps = bench.records<Gap>('gap').filter(({ exchange_key_id }) => exchange_key_id === 1)
    expect(gaps).toMatchObject([
      { from: aliveAt, to: null, cause: 'hub_stopped' },
      { from: aliveAt, to: clock.now() },
    ])
    expect(venue.asked[0]?.time).toBe(aliveAt)
  })
})

describe('a key whose owner must act', () => {
  it('says why, tries again slowly, and leaves other keys alone', async () => {
    const db = openWritable(path)
    addUserWithKey(db, 2, 'spot', 'binance')
    db.close()
    bench.accounts.startAll()
    const [first, second] = venue.streams
    second?.up()
    first?.down('auth', 'The key was deleted at the exchange.', false)
    expect([bench.link()]).toMatchObject([{ state: 'action_needed', reason: 'The key was deleted at the exchange.' }])
    await until(() => expect(bench.state(2)).toBe('live'))
    clock.advance(100_000)
    expect(venue.streams).toHaveLength(2)
    clock.advance(400_000)
    expect(venue.streams).toHaveLength(3)
    venue.stream.up()
    await live()
  })

  it('is told when the snapshot is refused, too', async () => {
    venue.snapshot = async () => {
      throw new ExchangeError('auth', 'ip_not_allowed', "This address is not on the key's list.")
    }
    bench.accounts.start(1)
    venue.stream.up()
    await until(() => expect(bench.state()).toBe('action_needed'))
    expect([bench.link()]).toMatchObject([{ reason: "This address is not on the key's list." }])
    venue.snapshot = async () => venue.snapshotOf([])
    await until(() => {
      clock.advance(60_000)
      venue.stream.aliveAt = clock.now()
      expect(bench.state()).toBe('live')
    })
  })
})

describe('what goes wrong inside the hub', () => {
  const inside = /sqlite|table|constraint|finishSync|bookEvents/i

  it('is said plainly to the owner and in full to the log, when a snapshot cannot be stored', async () => {
    const db = openWritable(path)
    db.exec('ALTER TABLE gaps RENAME TO lost')
    bench.accounts.start(1)
    venue.stream.up()
    await until(() => expect(bench.logged).toContain('snapshot_failed'))
    const [{ reason } = { reason: null }] = [bench.link()]
    expect(reason).toBe("the hub could not store what the exchange told; see the hub's log")
    expect(bench.problems[0]).toMatch(/no such table: gaps/)
    for (const status of bench.statuses) expect(`${status.reason}`).not.toMatch(inside)
    db.exec('ALTER TABLE lost RENAME TO gaps')
    db.close()
    await until(() => {
      clock.advance(1_000)
      expect(bench.state()).toBe('live')
    })
  })

  it('is said plainly when the secrets of a key do not open', async () => {
    await bench.close()
    const unseal = () => {
      throw new Error('a sealed text of 48 bytes')
    }
    bench = await AccountsBench.open(path, clock, venue, { unseal })
    bench.accounts.start(1)
    const reason = "the hub could not open the stream of this key; see the hub's log"
    expect([bench.link()]).toMatchObject([{ state: 'action_needed', reason }])
    expect(bench.problems).toEqual(['a sealed text of 48 bytes'])
  })

  it('is said plainly when the cancels of a cancel of all cannot be stored', async () => {
    await goLive()
    venue.stream.send(orderEvent({ order_id: '1' }))
    await until(() => expect(bench.records('order_update')).toHaveLength(1))
    const db = openWritable(path)
    db.exec('ALTER TABLE order_events RENAME TO lost')
    const [answer] = await bench.accounts.cancelAll({ user_id: 1 }, 1, {})
    expect(answer?.problem).toBe("the hub could not store the cancel; see the hub's log")
    expect(bench.problems.at(-1)).toMatch(/no such table/)
    db.close()
  })
})

describe('comparing while live', () => {
  it('writes nothing when all is well', async () => {
    venue.snapshot = async () => venue.snapshotOf(filledOrder('1', 2))
    await goLive()
    await until(() => expect(executions()).toHaveLength(2))
    const asked = venue.asked.length
    const told = bench.events.length
    venue.stream.aliveAt = clock.now() + 900_000
    pass(900_000)
    await until(() => expect(venue.asked.length).toBeGreaterThan(asked))
    expect(bench.events).toHaveLength(told)
    expect(bench.state()).toBe('live')
  })

  it('opens the stream anew when it has kept an execution back, and says so', async () => {
    await goLive()
    const provenAt = clock.now()
    venue.stream.aliveAt = clock.now() + 900_000
    venue.snapshot = async () => venue.snapshotOf(filledOrder('1', 1))
    const deaf = venue.stream
    pass(900_000)
    await until(() => expect(executions()).toEqual(['11']))
    await until(() => {
      clock.advance(10)
      expect(venue.streams).toHaveLength(2)
    })
    expect(deaf.isClosed).toBe(true)
    venue.stream.up()
    await live()
    expect(bench.records<Gap>('gap').at(-1)).toMatchObject({
      from: provenAt,
      cause: 'silent',
      recovered: { orders: 1, executions: 1 },
    })
  })

  describe('after an event that could not be read', () => {
    const unread = {
      kind: 'raw',
      event_type: 'executionReport',
      payload: '{"fill":true}',
      problem: 'no price',
    } as const
    const asked = () => venue.asked.length
    const kept = async (count: number) => {
      await until(() => expect(bench.store.db.all('SELECT id FROM raw_events')).toHaveLength(count))
      await allBooked()
    }

    it('asks the exchange within ten seconds, so that a fill is not missing for minutes', async () => {
      await goLive()
      venue.snapshot = async () => venue.snapshotOf(filledOrder('1', 1))
      venue.stream.send(unread)
      await kept(1)
      pass(10_000)
      await until(() => expect(executions()).toEqual(['11']))
      // It was not the line's fault.
      expect(venue.streams).toHaveLength(1)
      expect(bench.state()).toBe('live')
      expect(bench.records('gap')).toEqual([])
    })

    it('asks no more than once a minute, and again when it gets no answer', async () => {
      await goLive()
      const before = asked()
      venue.snapshot = async () => {
        throw unavailable
      }
      venue.stream.send(unread)
      await kept(1)
      pass(10_000)
      await until(() => expect(asked()).toBe(before + 1))
      await until(() => expect(bench.logged).toContain('comparison_failed'))
      venue.snapshot = async () => venue.snapshotOf([])
      for (let n = 2; n < 6; n++) {
        venue.stream.send(unread)
        await kept(n)
        pass(10_000)
      }
      expect(asked()).toBe(before + 1)
      pass(20_000)
      await until(() => expect(asked()).toBe(before + 2))
    })

    it('leaves alone what is merely not known', async () => {
      await goLive()
      const before = asked()
      venue.stream.send({ ...unread, problem: null })
      await kept(1)
      pass(70_000)
      expect(asked()).toBe(before)
    })
  })

  describe('after an order was told to be executed further than its executions say', () => {
    const [accepted, first, second, third] = filledOrder('1', 3) as [
      AccountEvent,
      AccountEvent,
      AccountEvent,
      AccountEvent,
    ]
    let looks = 0
    const booked = async (count: number) => {
      await until(() => expect(executions()).toHaveLength(count))
      await allBooked()
    }

    beforeEach(async () => {
      looks = 0
      await goLive()
      venue.order = async () => {
        looks += 1
        return [accepted, first, second, third]
      }
    })

    it('asks the exchange for the missing fill within seconds', async () => {
      venue.stream.send(accepted, first)
      venue.stream.send(third)
      await booked(2)
      pass(3_000)
      await booked(3)
      expect(executions().sort()).toEqual(['11', '12', '13'])
      expect(looks).toBe(1)
      expect(bench.logged).toContain('missing_fill_found')
    })

    it('asks nothing when the fills come in order, or late but soon', async () => {
      venue.stream.send(accepted, first)
      venue.stream.send(third)
      await booked(2)
      venue.stream.send(second)
      await booked(3)
      pass(10_000)
      expect(looks).toBe(0)
    })

    it('asks again when the exchange did not answer', async () => {
      const answer = venue.order
      venue.order = async () => {
        looks += 1
        throw unavailable
      }
      venue.stream.send(accepted, third)
      await booked(1)
      pass(3_000)
      await until(() => expect(bench.logged).toContain('look_up_failed'))
      venue.order = answer
      pass(20_000)
      await booked(3)
      expect(looks).toBe(2)
    })

    it('asks once for what the exchange cannot tell, not with every fill', async () => {
      venue.order = async () => {
        looks += 1
        return [second]
      }
      venue.stream.send(accepted, second)
      await booked(1)
      pass(3_000)
      await until(() => expect(looks).toBe(1))
      venue.stream.send(third)
      await booked(2)
      pass(60_000)
      expect(looks).toBe(1)
    })
  })

  it('is not called live while nothing is heard', async () => {
    await goLive()
    pass(80_000)
    expect([bench.link()]).toMatchObject([{ state: 'stale', age_ms: 80_000 }])
    expect(bench.statuses.at(-1)).toMatchObject({ state: 'stale' })
    venue.stream.aliveAt = clock.now()
    pass(2_000)
    expect(bench.statuses.at(-1)).toMatchObject({ state: 'live' })
  })
})

describe('our own orders', () => {
  const body: PlaceOrderBody = {
    exchange_key_id: 1,
    symbol: 'BTCUSDT',
    side: 'BUY',
    type: 'LIMIT',
    quantity: '0.3',
    price: '64000.5',
  }
  const place = (changes: Partial<PlaceOrderBody> = {}) =>
    bench.accounts.placeOrder({ user_id: 1 }, { ...body, ...changes })
  const current = (id: number) => readOrder(bench.store.db, { user_id: 1 }, id) as Order
  const settled = (id: number, status: Order['status']) =>
    until(() => {
      pass(1_000)
      expect(current(id).status).toBe(status)
    })

  beforeEach(async () => {
    await goLive()
  })

  it('are stored before they are sent, under an id that every venue takes', async () => {
    venue.place = async (request) => {
      expect(request.client_order_id).toMatch(/^[A-Za-z0-9]{1,32}$/)
      const stored = bench.store.db.get('SELECT status FROM orders WHERE client_order_id = ?', request.client_order_id)
      expect(stored).toMatchObject({ status: 'PENDING_NEW' })
      return { order_id: '55' }
    }
    const order = await place()
    expect(order).toMatchObject({ status: 'PENDING_NEW', order_id: '55', origin: 'hub' })
    venue.stream.send(orderEvent({ order_id: '55', client_order_id: order.client_order_id }))
    await until(() => expect(current(order.id).status).toBe('NEW'))
  })

  it('are rejected with the words of the venue', async () => {
    venue.place = async () => {
      throw new ExchangeError('refused', 'insufficient_funds', 'Not enough money.', {
        venue_message: 'Account has insufficient balance',
      })
    }
    await expect(place()).resolves.toMatchObject({ status: 'REJECTED', reason: 'Account has insufficient balance' })
  })

  it('are unknown when the answer is lost, asked for by client order id, and never sent again', async () => {
    venue.place = async () => {
      throw new ExchangeError('unknown_outcome', 'unknown_outcome', 'No answer.')
    }
    let looks = 0
    venue.order = async (ref) => {
      expect(ref).toMatchObject({ order_id: null, client_order_id: venue.placed[0]?.client_order_id })
      if (++looks < 3) throw unavailable
      return [
        orderEvent({ order_id: '56', client_order_id: ref.client_order_id, status: 'FILLED', executed_qty: '0.3' }),
      ]
    }
    const order = await place()
    expect(order.status).toBe('UNKNOWN')
    await settled(order.id, 'FILLED')
    expect(venue.placed).toHaveLength(1)
    expect(looks).toBe(3)
  })

  it('are rejected once it is certain that they never reached the exchange', async () => {
    venue.place = async () => {
      throw new Error('socket hang up')
    }
    const order = await place()
    pass(20_000)
    expect(current(order.id).status).toBe('UNKNOWN')
    await settled(order.id, 'REJECTED')
    expect(current(order.id).reason).toBe('It never reached the exchange.')
  })

  it('are settled after a restart, whatever point the hub died at', async () => {
    venue.place = () => new Promise(() => {})
    void place().catch(() => {})
    await until(() => expect(venue.placed).toHaveLength(1))
    const client_order_id = venue.placed[0]?.client_order_id ?? ''
    await bench.close()
    venue = new ScriptedExchange(clock)
    venue.order = async (ref) => [orderEvent({ order_id: '57', client_order_id: ref.client_order_id })]
    bench = await AccountsBench.open(path, clock, venue)
    await goLive()
    const row = bench.store.db.get<{ id: number }>('SELECT id FROM orders WHERE client_order_id = ?', client_order_id)
    await settled(row?.id ?? 0, 'NEW')
    expect(current(row?.id ?? 0)).toMatchObject({ order_id: '57', origin: 'hub' })
  })

  it('are canceled only once the venue says so; a cancel that fails is taken back', async () => {
    const order = await place()
    const report = { order_id: 'v1', client_order_id: order.client_order_id }
    venue.stream.send(orderEvent(report))
    await until(() => expect(current(order.id).status).toBe('NEW'))
    venue.cancel = async () => {
      throw new ExchangeError('refused', 'cancel_rejected', 'Too late.')
    }
    const refused = await bench.accounts.cancelOrder({ user_id: 1 }, order.id)
    expect(refused).toMatchObject({ order: { status: 'NEW' }, problem: 'Too late.' })
    venue.cancel = async () => {
      throw new ExchangeError('unknown_outcome', 'unknown_outcome', 'No answer.')
    }
    venue.order = async () => [orderEvent(report)]
    await expect(bench.accounts.cancelOrder({ user_id: 1 }, order.id)).resolves.toMatchObject({
      order: { status: 'UNKNOWN' },
    })
    await settled(order.id, 'NEW')
    venue.cancel = async () => {}
    const answers = await bench.accounts.cancelAll({ user_id: 1 }, 1, {})
    expect(answers).toMatchObject([{ order: { status: 'PENDING_CANCEL' }, problem: null }])
    venue.stream.send(orderEvent({ ...report, status: 'CANCELED', update_time: 2_000 }))
    await until(() => expect(current(order.id).status).toBe('CANCELED'))
    await expect(bench.accounts.cancelOrder({ user_id: 1 }, order.id)).rejects.toMatchObject({ code: 'order_closed' })
  })

  it('that the venue does not know any more when a cancel is to be settled are over', async () => {
    const order = await place()
    venue.stream.send(orderEvent({ order_id: 'v1', client_order_id: order.client_order_id }))
    await until(() => expect(current(order.id).status).toBe('NEW'))
    await bench.accounts.cancelOrder({ user_id: 1 }, order.id)
    expect(current(order.id).status).toBe('PENDING_CANCEL')
    await settled(order.id, 'CANCELED')
    expect(current(order.id).reason).toBe(lostOrderReason)
  })

  it('that the limit of requests keeps back are canceled when it allows, in a cancel of all', async () => {
    const order = await place()
    venue.stream.send(orderEvent({ order_id: 'v1', client_order_id: order.client_order_id }))
    await until(() => expect(current(order.id).status).toBe('NEW'))
    const refusals = [clock.now() + 2_000, clock.now() + 2_500]
    venue.cancel = async () => {
      const retry_at = refusals.shift()
      if (retry_at !== undefined)
        throw new ExchangeError('rate_limit', 'order_rate_limit', 'Too many requests.', { retry_at })
    }
    const answers = bench.accounts.cancelAll({ user_id: 1 }, 1, {})
    await until(() => expect([venue.canceled.length, current(order.id).status]).toEqual([1, 'NEW']))
    // The row can be seen a little before the wait has begun: what is due by then is called again.
    const sent = (count: number, status: Order['status']) =>
      until(() => {
        clock.advance(0)
        expect([venue.canceled.length, current(order.id).status]).toEqual([count, status])
      })
    clock.advance(2_000)
    await sent(2, 'NEW')
    clock.advance(500)
    await sent(3, 'PENDING_CANCEL')
    await expect(answers).resolves.toMatchObject([{ order: { status: 'PENDING_CANCEL' }, problem: null }])
  })

  describe('that the exchange had to be asked about, for the stream kept silent', () => {
    const filled = { order_id: 'v1', client_order_id: '', status: 'FILLED', executed_qty: '0.3' } as const
    const fill = { order_id: 'v1', trade_id: '91', quantity: '0.3' }

    beforeEach(() => {
      venue.stream.aliveAt = clock.now() + 900_000
      venue.order = async ({ client_order_id }) => [orderEvent({ ...filled, client_order_id }, fill)]
    })

    it('prove it deaf: what else it kept back is brought in within seconds, and it is opened anew', async () => {
      const { stream: deaf } = venue
      const lostAt = clock.now()
      // It is too young to be judged at first: the stream might still tell of it.
      venue.snapshot = async () => venue.snapshotOf(filledOrder('8', 1, lostAt))
      const order = await place()
      await until(() => {
        if (clock.now() < lostAt + 10_000) clock.advance(250)
        expect(executions().sort()).toEqual(['81', '91'])
        expect(venue.streams).toHaveLength(2)
      })
      expect(deaf.isClosed).toBe(true)
      expect(current(order.id).status).toBe('FILLED')
      expect(bench.logged).toContain('stream_lost_events')
      venue.stream.up()
      await live()
      expect(bench.records<Gap>('gap').at(-1)).toMatchObject({ cause: 'silent', recovered: { executions: 1 } })
    })

    it('cost a few comparisons and no more when nothing else is missing', async () => {
      const before = venue.asked.length
      const order = await place()
      await settled(order.id, 'FILLED')
      await until(() => {
        clock.advance(250)
        expect(venue.asked.length).toBeGreaterThan(before)
      })
      const after = venue.asked.length
      pass(60_000)
      expect(venue.asked.length).toBe(after)
      expect(venue.streams).toHaveLength(1)
    })

    it('prove nothing when the stream told in time, or was opened only after they were sent', async () => {
      const told = await place()
      const before = venue.asked.length
      venue.stream.send(orderEvent({ ...filled, client_order_id: told.client_order_id }, fill))
      await settled(told.id, 'FILLED')
      venue.order = async ({ client_order_id }) => [orderEvent({ ...filled, order_id: 'v2', client_order_id })]
      venue.place = async () => ({ order_id: 'v2' })
      const earlier = await place({ client_order_id: 'earlier' })
      venue.stream.down()
      clock.advance(10)
      venue.stream.up()
      await live()
      const caughtUp = venue.asked.length
      await settled(earlier.id, 'FILLED')
      pass(20_000)
      expect(caughtUp).toBe(before + 1)
      expect(venue.asked.length).toBe(caughtUp)
    })
  })

  it("belong to their user: another's key or order is not found", async () => {
    const order = await place()
    const other = { user_id: 2 }
    await expect(bench.accounts.placeOrder(other, body)).rejects.toMatchObject({ code: 'not_found' })
    await expect(bench.accounts.cancelOrder(other, order.id)).rejects.toMatchObject({ code: 'not_found' })
    await expect(bench.accounts.cancelAll(other, 1, {})).rejects.toMatchObject({ code: 'not_found' })
    expect(venue.placed).toHaveLength(1)
    expect(venue.canceled).toEqual([])
  })
})

it('books what has arrived before it stops, and nothing after', async () => {
  await goLive()
  venue.stream.send(...filledOrder('1', 3))
  await bench.accounts.stop(1)
  expect(executions()).toEqual(['11', '12', '13'])
  expect(venue.stream.isClosed).toBe(true)
  venue.stream.send(...filledOrder('2', 1))
  expect(bench.accounts.get(1)).toBeUndefined()
  expect(bench.statuses.at(-1)?.state).toBe('stopped')
})
