import { unknownOrder } from '../binance/errors.ts'
import type { Account } from '../engine/account.ts'
import type { Market } from '../engine/market.ts'
import { isOpen, type Order, type Ticket } from '../engine/order.ts'
import { Refusal } from '../engine/refusal.ts'
import { cancelled } from './shapes.ts'
import type { SpotVenue } from './venue.ts'

/** An order list: the legs of an OCO, or a working order and what waits for it (OTO, OTOCO). */
export interface OrderList {
  id: number
  accountId: string
  symbol: string
  contingency: 'OCO' | 'OTO'
  clientId: string
  /** Engine ids in the order of the answer; the first `working` of them started at once. */
  orderIds: string[]
  /** How many legs belong to the working part: 2 for an OCO, 1 for an OTO. */
  working: number
  done: boolean
  createdAt: number
  updatedAt: number
}

/** Order lists of Binance Spot: what happens to one leg decides about the others (fact sheet: binance-rest.md section 4). */
export class OrderLists {
  readonly #venue: SpotVenue
  readonly #lists = new Map<number, OrderList>()
  readonly #busy = new Set<number>()
  #nextId = 4411

  constructor(venue: SpotVenue) {
    this.#venue = venue
    venue.world.journal.kind('order_list', {
      restore: (value) => {
        const list = value as OrderList
        this.#lists.set(list.id, list)
        this.#nextId = Math.max(this.#nextId, list.id + 1)
      },
      dump: () => this.#lists.values(),
    })
    venue.engine.onTrigger.push((order) => this.#legStarted(order))
    venue.engine.onFill.push((order) => this.#legStarted(order))
    venue.engine.onDone.push((order) => this.#legDone(order))
  }

  /** Places a list. The first `working` tickets start at once, the others wait. Throws Refusal and places nothing. */
  place(
    account: Account,
    market: Market,
    tickets: Ticket[],
    working: number,
    clientId: string,
    answer: (list: OrderList, orders: Order[]) => unknown,
  ): unknown {
    const { engine } = this.#venue
    const ids = new Set(tickets.map((ticket) => ticket.clientId))
    if (ids.size < tickets.length) throw new Refusal('duplicate_client_id')
    for (const id of ids)
      if (account.openClientIds.has(`${market.symbol}|${id}`)) throw new Refusal('duplicate_client_id')
    const list: OrderList = {
      id: this.#nextId,
      accountId: account.id,
      symbol: market.symbol,
      contingency: working === 2 ? 'OCO' : 'OTO',
      clientId,
      orderIds: [],
      working,
      done: false,
      createdAt: engine.time,
      updatedAt: engine.time,
    }
    return engine.act(() => {
      // Nothing about the list happens until all its legs are known.
      this.#busy.add(list.id)
      try {
        const orders = tickets.map((ticket, i) => {
          // One leg of a pair holds the money for both.
          const funded = { ...ticket, listId: list.id, unfunded: i === working - 1 && working === 2 }
          const pair = {
            ...ticket,
            listId: list.id,
            unfunded: tickets.length - working === 2 && i === tickets.length - 1,
          }
          return i < working ? engine.place(account, market, funded) : engine.placePending(account, market, pair)
        })
        this.#nextId += 1
        list.orderIds = orders.map((order) => order.id.toString())
        this.#lists.set(list.id, list)
        this.#tell(list, 'EXEC_STARTED')
        const answered = answer(list, orders)
        this.#busy.delete(list.id)
        const first = orders[0] as Order
        if (working === 1 && !isOpen(first)) this.#legDone(first)
        return answered
      } finally {
        this.#busy.delete(list.id)
      }
    })
  }

  find(account: Account, id: number | undefined, clientId: string | undefined): OrderList | undefined {
    const own = this.of(account)
    return id !== undefined ? own.find((list) => list.id === id) : own.findLast((list) => list.clientId === clientId)
  }

  of(account: Account): OrderList[] {
    return [...this.#lists.values()].filter((list) => list.accountId === account.id)
  }

  orders(list: OrderList): Order[] {
    const market = this.#venue.engine.markets.get(list.symbol)
    return list.orderIds.flatMap((id) => market?.orders.get(BigInt(id)) ?? [])
  }

  /** Cancels every open leg; the answer is the list with a report per leg. */
  cancel(id: number, cancelId: string): Record<string, unknown> {
    const list = this.#lists.get(id)
    if (!list || list.done) throw unknownOrder()
    const orders = this.orders(list)
    this.#venue.engine.act(() => {
      this.#busy.add(id)
      for (const order of orders) if (isOpen(order)) this.#venue.engine.cancel(order, cancelId)
      this.#busy.delete(id)
      this.#finish(list)
    })
    return { ...this.shape(list), orderReports: orders.map(cancelled) }
  }

  /** The list object of answers and queries. */
  shape(list: OrderList): Record<string, unknown> {
    return {
      orderListId: list.id,
      contingencyType: list.contingency,
      listStatusType: list.done ? 'ALL_DONE' : 'EXEC_STARTED',
      listOrderStatus: list.done ? 'ALL_DONE' : 'EXECUTING',
      listClientOrderId: list.clientId,
      transactionTime: list.updatedAt,
      symbol: list.symbol,
      orders: this.#legs(list).map(({ symbol, id, clientId }) => ({ symbol, orderId: id, clientOrderId: clientId })),
    }
  }

  /** A leg traded or was triggered: its twin in the pair must go. */
  #legStarted(order: Order): void {
    const list = this.#of(order)
    if (!list) return
    // The twin's end must not end this leg in turn.
    this.#busy.add(list.id)
    for (const twin of this.#pairOf(list, order)) if (isOpen(twin)) this.#venue.engine.expire(twin, 'LIST')
    this.#busy.delete(list.id)
  }

  #legDone(order: Order): void {
    const list = this.#of(order)
    if (!list) return
    const { engine } = this.#venue
    const orders = this.orders(list)
    const at = orders.indexOf(order)
    this.#busy.add(list.id)
    for (const twin of this.#pairOf(list, order)) {
      if (!isOpen(twin)) continue
      if (order.status === 'CANCELED') engine.cancel(twin)
      else engine.expire(twin, 'LIST')
    }
    this.#busy.delete(list.id)
    if (list.working === 1 && at === 0) {
      for (const pending of orders.slice(1)) {
        if (pending.status !== 'PENDING_NEW') continue
        if (order.status === 'FILLED') engine.activate(pending)
        else engine.expire(pending, 'LIST_PHASE_ONE')
      }
    }
    if (orders.every((leg) => !isOpen(leg))) this.#finish(list)
  }

  /** The other leg where two exclude each other; none for the working order of an OTO. */
  #pairOf(list: OrderList, order: Order): Order[] {
    const orders = this.orders(list)
    const pair = list.working === 2 ? orders : orders.slice(1)
    return pair.includes(order) ? pair.filter((leg) => leg !== order) : []
  }

  #of(order: Order): OrderList | undefined {
    if (order.listId < 0 || this.#busy.has(order.listId)) return undefined
    const list = this.#lists.get(order.listId)
    return list && !list.done ? list : undefined
  }

  #finish(list: OrderList): void {
    if (list.done) return
    list.done = true
    this.#tell(list, 'ALL_DONE')
  }

  #legs(list: OrderList): { symbol: string; id: bigint; clientId: string }[] {
    return this.orders(list).map((order) => ({
      symbol: list.symbol,
      id: order.id,
      clientId: order.origClientId || order.clientId,
    }))
  }

  #tell(list: OrderList, status: 'EXEC_STARTED' | 'ALL_DONE'): void {
    const { streams, world, engine } = this.#venue
    list.updatedAt = engine.time
    world.journal.add('order_list', { ...list })
    if (!streams.listened(list.accountId)) return
    streams.publish(list.accountId, {
      e: 'listStatus',
      E: world.clock.now(),
      s: list.symbol,
      g: list.id,
      c: list.contingency,
      l: status,
      L: status === 'ALL_DONE' ? 'ALL_DONE' : 'EXECUTING',
      r: 'NONE',
      C: list.clientId,
      T: list.updatedAt,
      O: this.#legs(list).map(({ symbol, id, clientId }) => ({ s: symbol, i: id, c: clientId })),
    })
  }
}
