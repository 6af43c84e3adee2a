import type { Account, Income } from '../engine/account.ts'
import { type Big, dec, ZERO } from '../engine/decimal.ts'
import type { AccountChange, OrderEvent } from '../engine/events.ts'
import { settleAsset } from '../engine/instrument.ts'
import type { Market } from '../engine/market.ts'
import { type Fill, type Order, remaining } from '../engine/order.ts'
import type { Random } from '../engine/random.ts'
import { positionEvent, positionsOf, walletRow } from './account-shapes.ts'
import type { Category } from './categories.ts'
import { executionRow, orderRow } from './order-shapes.ts'
import type { Topic } from './private-sockets.ts'
import type { BybitVenue } from './venue.ts'
import { isWaiting } from './words.ts'

type Row = Record<string, unknown>

/** What an action changed for one account, told when the action is over. */
interface Pending {
  orders: Map<Category, Row[]>
  executions: Map<Category, Row[]>
  markets: Set<Market>
  coins: Set<string>
}

const ROWS_A_MESSAGE = 20
/** Fees of contracts are kept with the order; this is where. */
const sum = (a: unknown, b: string) =>
  dec(String(a ?? '0'))
    .plus(b)
    .toFixed()

/** Turns what the engine tells into the topics order, execution, position and wallet. */
export class Feed {
  readonly #venue: BybitVenue
  readonly #random: Random
  readonly #pending = new Map<Account, Pending>()

  constructor(venue: BybitVenue, random: Random) {
    this.#venue = venue
    this.#random = random
  }

  order(event: OrderEvent): void {
    const { order } = event
    if (event.exec === 'TRADE') {
      order.extra.fee = sum(order.extra.fee, event.fill.fee)
      order.extra.feeAsset = event.fill.feeAsset
      order.extra.pnl = sum(order.extra.pnl, event.fill.realized)
    }
    if (!this.#venue.private.listened(order.account)) return
    if (event.exec === 'TRADE') this.#execution(order, event.fill)
    // What trades or ends at once is never seen as new.
    const atOnce = order.tif === 'IOC' || order.tif === 'FOK'
    if (event.exec === 'NEW' && atOnce && !isWaiting(order)) return
    this.#row(order, orderRow(order, this.#venue.ids))
  }

  /** For a moment, before it trades or rests; the same order goes on. */
  triggered(order: Order): void {
    if (this.#venue.private.listened(order.account)) this.#row(order, orderRow(order, this.#venue.ids, 'Triggered'))
  }

  account({ account, assets }: AccountChange): void {
    if (!this.#venue.private.listened(account)) return
    for (const asset of assets) this.#of(account).coins.add(asset)
  }

  /** A setting of a position changed: nothing of the engine moved. */
  positionChanged(account: Account, market: Market): void {
    if (!this.#venue.private.listened(account)) return
    this.#of(account).markets.add(market)
    this.flush()
    this.#venue.world.settle()
  }

  /** The cancel came too late: the fill is told once more, and that there was nothing to cancel. */
  cancelLost(order: Order): void {
    if (!this.#venue.private.listened(order.account)) return
    this.#row(order, {
      ...orderRow(order, this.#venue.ids),
      cancelType: 'CancelByUser',
      rejectReason: 'EC_OrigClOrdIDDoesNotExist',
    })
    this.flush()
    this.#venue.world.settle()
  }

  funding(account: Account, market: Market, income: Income): void {
    if (!this.#venue.private.listened(account)) return
    const pending = this.#of(account)
    const row = { category: market.instrument.kind, ...this.fundingRow(market, income) }
    push(pending.executions, market.instrument.kind, row)
    pending.markets.add(market)
  }

  /** Funding comes as an execution that is no fill: the fee is what was paid. */
  fundingRow({ instrument, symbol }: Market, income: Income): Row {
    const { ids } = this.#venue
    const { qty = '0', price = '0', side = 'None', rate = '0' } = income.details ?? {}
    const fee = ZERO.minus(income.amount).toFixed()
    return {
      symbol: instrument.name,
      orderId: ids.funding(symbol, income.id * 2n),
      orderLinkId: '',
      side,
      orderPrice: '0',
      orderQty: '0',
      leavesQty: '0',
      orderType: 'UNKNOWN',
      stopOrderType: 'UNKNOWN',
      createType: '',
      isLeverage: '',
      execId: ids.funding(symbol, income.id * 2n + 1n),
      execType: 'Funding',
      execPrice: price,
      execQty: qty,
      execValue: income.details?.value ?? '0',
      execTime: String(income.time),
      execFee: fee,
      feeCurrency: '',
      feeRate: rate,
      isMaker: false,
      execPnl: '0',
      closedSize: '0',
      extraFees: '',
      seq: 400_000_000_000 + Number(income.id % 1_000_000_000n),
      markPrice: price,
      indexPrice: '',
      underlyingPrice: '',
      tradeIv: '',
      markIv: '',
      blockTradeId: '',
      marketUnit: '',
    }
  }

  /** Queues the messages of the action that just ended. */
  flush(): void {
    for (const [account, pending] of this.#pending) this.#tell(account, pending)
    this.#pending.clear()
  }

  #tell(account: Account, pending: Pending): void {
    const send = (topic: Topic, rows: Map<Category, Row[]>) => {
      for (const [category, all] of rows) {
        for (const part of messages(all)) this.#venue.private.publish(account, topic, category, part)
      }
    }
    const orders = () => send('order', pending.orders)
    const executions = () => {
      send('execution', pending.executions)
      send('execution.fast', fast(pending.executions))
    }
    // Between topics the venue promises no order.
    const steps = this.#random.next() < 0.5 ? [orders, executions] : [executions, orders]
    for (const step of steps) step()
    for (const market of pending.markets) this.#positions(account, market)
    if (pending.coins.size === 0) return
    const { clearing, engine } = this.#venue
    const row = walletRow(account, clearing.futures, engine.markets, [...pending.coins])
    this.#venue.private.publish(account, 'wallet', undefined, [row])
  }

  #positions(account: Account, market: Market): void {
    const { kind } = market.instrument
    const rows = positionsOf(account, market).map((position) =>
      positionEvent(this.#venue.positionRow(account, position, market), kind),
    )
    this.#venue.private.publish(account, 'position', kind, rows)
  }

  #execution(order: Order, fill: Fill): void {
    const { kind } = order.market.instrument
    const left: Big = remaining(order)
    const row = { category: kind, ...executionRow(order, fill, left, this.#venue.ids) }
    push(this.#of(order.account).executions, kind, row)
  }

  #row(order: Order, row: Row): void {
    const { instrument } = order.market
    const pending = this.#of(order.account)
    push(pending.orders, instrument.kind, { category: instrument.kind, ...row })
    if (instrument.kind === 'spot') return
    // Every order that is placed, changed or cancelled shows the position again, and the margin of its orders.
    pending.markets.add(order.market)
    pending.coins.add(settleAsset(instrument))
  }

  #of(account: Account): Pending {
    let pending = this.#pending.get(account)
    if (!pending) {
      pending = { orders: new Map(), executions: new Map(), markets: new Set(), coins: new Set() }
      this.#pending.set(account, pending)
    }
    return pending
  }
}

function push(rows: Map<Category, Row[]>, category: Category, row: Row): void {
  const list = rows.get(category)
  if (list) list.push(row)
  else rows.set(category, [row])
}

/** Several orders or fills may share a message; two states of one order do not. */
function messages(rows: Row[]): Row[][] {
  const out: Row[][] = []
  let seen = new Set<unknown>()
  for (const row of rows) {
    const id = row.execId ?? row.orderId
    const last = out.at(-1)
    if (last && last.length < ROWS_A_MESSAGE && !seen.has(id)) last.push(row)
    else {
      out.push([row])
      seen = new Set()
    }
    seen.add(id)
  }
  return out
}

const FAST = [
  'category',
  'symbol',
  'orderId',
  'orderLinkId',
  'execId',
  'execPrice',
  'execQty',
  'side',
  'isMaker',
  'execTime',
  'seq',
]

/** The quick form of a fill, which does not name a maker's own id. */
function fast(executions: Map<Category, Row[]>): Map<Category, Row[]> {
  const out = new Map<Category, Row[]>()
  for (const [category, rows] of executions) {
    for (const row of rows) {
      if (row.execType !== 'Trade') continue
      const short = Object.fromEntries(FAST.map((name) => [name, row[name]]))
      push(out, category, row.isMaker === true ? { ...short, orderLinkId: '' } : short)
    }
  }
  return out
}
