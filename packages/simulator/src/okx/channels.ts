import type { Account } from '../engine/account.ts'
import type { AccountChange } from '../engine/events.ts'
import { settleAsset } from '../engine/instrument.ts'
import type { Market } from '../engine/market.ts'
import type { Fill, Order } from '../engine/order.ts'
import { toJson } from '../http/json.ts'
import { balanceRow, cashRow, heldAssets, openPositions, positionRow } from './account-shapes.ts'
import type { Algo } from './algo.ts'
import type { Connection, Subscription } from './connection.ts'
import { familyOf, isOfType } from './instruments.ts'
import { orderPush, type Push } from './order-shapes.ts'
import type { OkxVenue } from './venue.ts'

/** Changes of balances and positions are gathered for so long before they are pushed. */
const MERGE_MS = 50
const PAGE = 100
const ADVANCED = new Set(['move_order_stop'])

interface Moved {
  account: Account
  assets: Set<string>
  positions: Set<string>
}

/** Pushes of the private channels to the connections of an account (fact sheet: okx.md sections 1.6 and 2). */
export class PrivateChannels {
  readonly #venue: OkxVenue
  readonly #byAccount = new Map<string, Set<Connection>>()
  readonly #moved = new Map<string, Moved>()
  /** Trades of the running action, by account: balance_and_position names them. */
  readonly #trades = new Map<string, { instId: string; tradeId: string }[]>()
  #merge: NodeJS.Timeout | undefined
  readonly #timer: NodeJS.Timeout

  constructor(venue: OkxVenue) {
    this.#venue = venue
    this.#timer = setInterval(() => this.#regular(), 500)
    this.#timer.unref()
  }

  join(account: Account, connection: Connection): void {
    const joined = this.#byAccount.get(account.id)
    if (joined) joined.add(connection)
    else this.#byAccount.set(account.id, new Set([connection]))
    connection.ws.on('close', () => {
      const left = this.#byAccount.get(account.id)
      left?.delete(connection)
      if (left?.size === 0) this.#byAccount.delete(account.id)
    })
  }

  of(accountId: string): Connection[] {
    return [...(this.#byAccount.get(accountId) ?? [])]
  }

  /** How many connections of the account have a channel. */
  count(account: Account, channel: string): number {
    return this.of(account.id).filter(({ subscriptions }) => hasChannel(subscriptions.values(), channel)).length
  }

  /** Tells the state an order is in at this moment. */
  order(order: Order, push: Push): void {
    const { account, market } = order
    if (!this.#byAccount.has(account.id)) return
    let row: unknown
    this.#publish(account, 'orders', (subscription) => {
      if (!covers(subscription, market)) return undefined
      row ??= orderPush(order, this.#venue.clearing.futures, push)
      return { data: [row] }
    })
    const { instrument } = market
    const spotAsset = order.side === 'BUY' ? instrument.quote : instrument.base
    this.#touch(account, [instrument.kind === 'spot' ? spotAsset : settleAsset(instrument)], [])
  }

  algo(algo: Algo, amendment: { reqId: string; amendResult: string } | undefined = undefined): void {
    const { world, engine } = this.#venue
    const account = world.accounts.byId.get(algo.accountId)
    const market = engine.markets.get(algo.symbol)
    if (!account || !market || !this.#byAccount.has(account.id)) return
    const row = {
      ...this.#venue.algoRow(algo),
      amendResult: amendment?.amendResult ?? '',
      reqId: amendment?.reqId ?? '',
      notionalUsd: '',
    }
    this.#publish(account, ADVANCED.has(algo.ordType) ? 'algo-advance' : 'orders-algo', (subscription) => {
      const fits = covers(subscription, market) && (subscription.algoId ?? algo.algoId) === algo.algoId
      return fits ? { data: [row] } : undefined
    })
  }

  noteTrade(order: Order, fill: Fill): void {
    const trade = { instId: order.market.instrument.name, tradeId: fill.tradeId.toString() }
    const trades = this.#trades.get(order.account.id)
    if (trades) trades.push(trade)
    else this.#trades.set(order.account.id, [trade])
  }

  /** An action of the engine is over and moved money or positions. */
  accountMoved({ account, assets, positions }: AccountChange): void {
    const trades = this.#trades.get(account.id)
    this.#trades.delete(account.id)
    if (trades && this.#byAccount.has(account.id)) this.#cash(account, 'filled', [...assets], [...positions], trades)
    this.#touch(account, assets, positions)
  }

  /** Money or positions moved by something else than trading. */
  moved(account: Account, eventType: string, assets: string[], positions: string[]): void {
    this.#cash(account, eventType, assets, positions, [])
    this.#touch(account, assets, positions)
  }

  settingsChanged(account: Account, market: Market, eventType: string): void {
    const keys = [...account.positions].filter(
      ([, position]) => position.symbol === market.symbol && !position.amount.eq(0),
    )
    if (keys.length === 0) return
    this.moved(
      account,
      eventType,
      [settleAsset(market.instrument)],
      keys.map(([key]) => key),
    )
    this.#venue.world.settle()
  }

  /** What a new subscription gets at once; the order channels get nothing. */
  snapshot(connection: Connection, account: Account, subscription: Subscription): void {
    subscription.pushedAt = Date.now()
    if (subscription.channel === 'account')
      this.#pages(connection, account, subscription, this.#balances(account, subscription))
    else if (subscription.channel === 'positions') {
      const rows = this.#positions(account, subscription)
      this.#pages(connection, account, subscription, chunks(rows))
    } else if (subscription.channel === 'balance_and_position') {
      const assets = heldAssets(account)
      const keys = [...account.positions].filter(([, position]) => !position.amount.eq(0)).map(([key]) => key)
      const data = [cashRow(this.#venue, account, 'snapshot', assets, keys, [])]
      connection.deliver(toJson({ arg: this.#arg(account, subscription), data }))
    }
  }

  close(): void {
    clearInterval(this.#timer)
    clearTimeout(this.#merge)
  }

  #balances(account: Account, { ccy }: Subscription): unknown[][] {
    const assets = heldAssets(account).filter((asset) => ccy === undefined || asset === ccy)
    return chunks(assets).map((part) => [balanceRow(this.#venue, account, part)])
  }

  #positions(account: Account, subscription: Subscription): unknown[] {
    return openPositions(account)
      .filter((position) => covers(subscription, this.#venue.engine.markets.get(position.symbol) as Market))
      .map((position) => positionRow(this.#venue, account, position))
  }

  #pages(connection: Connection, account: Account, subscription: Subscription, pages: unknown[][]): void {
    const arg = this.#arg(account, subscription)
    pages.forEach((data, index) => {
      const lastPage = index === pages.length - 1
      connection.deliver(toJson({ arg, eventType: 'snapshot', curPage: index + 1, lastPage, data }))
    })
  }

  #arg(account: Account, { channel, instType, instFamily, instId, ccy }: Subscription): Record<string, unknown> {
    return { channel, instType, instFamily, instId, ccy, uid: String(account.uid) }
  }

  #publish(
    account: Account,
    channel: string,
    make: (subscription: Subscription) => Record<string, unknown> | undefined,
  ): void {
    for (const connection of this.#byAccount.get(account.id) ?? []) {
      for (const subscription of connection.subscriptions.values()) {
        if (subscription.channel !== channel) continue
        const body = make(subscription)
        if (!body) continue
        const text = toJson({ arg: this.#arg(account, subscription), ...body })
        this.#venue.world.outbox.push(() => connection.deliver(text))
      }
    }
  }

  #cash(account: Account, eventType: string, assets: string[], keys: string[], trades: unknown[]): void {
    let row: unknown
    this.#publish(account, 'balance_and_position', () => {
      row ??= cashRow(this.#venue, account, eventType, assets, keys, trades)
      return { data: [row] }
    })
  }

  #touch(account: Account, assets: Iterable<string>, positions: Iterable<string>): void {
    if (!this.#byAccount.has(account.id)) return
    let moved = this.#moved.get(account.id)
    if (!moved) {
      moved = { account, assets: new Set(), positions: new Set() }
      this.#moved.set(account.id, moved)
    }
    for (const asset of assets) moved.assets.add(asset)
    for (const key of positions) moved.positions.add(key)
    this.#merge ??= setTimeout(() => this.#tellMoved(), MERGE_MS)
  }

  #tellMoved(): void {
    this.#merge = undefined
    const all = [...this.#moved.values()]
    this.#moved.clear()
    for (const { account, assets, positions } of all) {
      this.#publish(account, 'account', ({ ccy }) => {
        const wanted = [...assets].filter((asset) => ccy === undefined || asset === ccy)
        if (wanted.length === 0) return undefined
        return { eventType: 'event_update', data: [balanceRow(this.#venue, account, wanted)] }
      })
      this.#publish(account, 'positions', (subscription) => {
        const rows = [...positions].flatMap((key) => {
          const position = account.positions.get(key)
          const market = position && this.#venue.engine.markets.get(position.symbol)
          return position && market && covers(subscription, market) ? [positionRow(this.#venue, account, position)] : []
        })
        return rows.length === 0 ? undefined : { eventType: 'event_update', data: rows }
      })
    }
    this.#venue.world.settle()
  }

  /** The regular pushes of account and positions, for those who want them. */
  #regular(): void {
    const now = Date.now()
    for (const connections of this.#byAccount.values()) {
      for (const connection of connections) {
        for (const subscription of connection.subscriptions.values()) {
          if (subscription.everyMs === 0 || now - subscription.pushedAt < subscription.everyMs) continue
          if (connection.account) this.snapshot(connection, connection.account, subscription)
        }
      }
    }
  }
}

function covers({ instType, instFamily, instId }: Subscription, market: Market): boolean {
  return (
    isOfType(market, instType) &&
    (instId === undefined || market.instrument.name === instId) &&
    (instFamily === undefined || familyOf(market.instrument) === instFamily)
  )
}

function hasChannel(subscriptions: Iterable<Subscription>, channel: string): boolean {
  for (const each of subscriptions) if (each.channel === channel) return true
  return false
}

/** Pages of a snapshot; an empty one has one empty page. */
function chunks<T>(rows: T[]): T[][] {
  if (rows.length === 0) return [[]]
  return Array.from({ length: Math.ceil(rows.length / PAGE) }, (_, i) => rows.slice(i * PAGE, (i + 1) * PAGE))
}
