import type { Account } from './engine/account.ts'
import { Accounts } from './engine/accounts.ts'
import { Candles } from './engine/candles.ts'
import { Clock } from './engine/clock.ts'
import type { Dirty } from './engine/events.ts'
import type { Instrument, TradingMode } from './engine/instrument.ts'
import { type Counter, Market } from './engine/market.ts'
import { Random } from './engine/random.ts'
import { FaultBook } from './faults/fault-book.ts'
import { Outbox } from './outbox.ts'
import {
  loadAccount,
  loadFill,
  loadIncome,
  loadMarket,
  loadOrder,
  loadState,
  type StoredAccount,
  type StoredFill,
  type StoredIncome,
  type StoredMarket,
  type StoredOrder,
  type StoredState,
  storeAccount,
  storeFill,
  storeIncome,
  storeMarket,
  storeOrder,
  storeState,
} from './store/codec.ts'
import { Journal } from './store/journal.ts'
import type { Venue } from './venue.ts'

export interface WorldOptions {
  seed: number
  dataDir?: string | undefined
  limits: 'real' | 'off'
  log: (message: string) => void
}

/** What all venues share: one clock, one source of chance, one store, one list of customers, one set of faults. */
export class World {
  readonly clock = new Clock()
  readonly random: Random
  readonly journal: Journal
  readonly accounts: Accounts
  readonly faults = new FaultBook()
  readonly outbox: Outbox
  readonly limits: 'real' | 'off'
  readonly seed: number
  readonly log: (message: string) => void
  readonly venues: Venue[] = []
  /** Sets the demo trader of an account to work; does nothing in a still market. */
  startActivity: (account: Account) => void = () => {}
  readonly #orders = new Map<string, StoredOrder>()
  #runs = 0

  constructor(options: WorldOptions) {
    this.seed = options.seed
    this.random = new Random(options.seed)
    this.journal = new Journal(options.dataDir)
    this.accounts = new Accounts(new Random(options.seed ^ 0x5eed))
    this.outbox = new Outbox(new Random(options.seed ^ 0x0b0c))
    this.limits = options.limits
    this.log = options.log
    this.#registerKinds()
  }

  venue(exchange: string, mode: TradingMode): Venue | undefined {
    return this.venues.find((venue) => venue.exchange === exchange && venue.modes.includes(mode))
  }

  venueOf(account: Account): Venue {
    const venue = this.venue(account.exchange, account.mode)
    if (!venue) throw new Error(`no venue for account ${account.id}`)
    return venue
  }

  /** A market with an invented past; the same seed and symbol give the same one. `orderIds` is shared where ids are. */
  market(instrument: Instrument, salt: number, orderIds?: Counter): Market {
    const candles = new Candles()
    const random = new Random(this.seed ^ salt ^ hash(instrument.symbol))
    const { startPrice, tick, step } = instrument
    candles.seedHistory(this.clock.now(), startPrice, tick, step, 26 * 60, random)
    return new Market(instrument, candles, orderIds)
  }

  /** Writes what an action of a venue changed, then lets its messages go. */
  commit(venue: Venue | undefined, dirty: Dirty): void {
    const { journal } = this
    if (journal.enabled && dirty.orders.size + dirty.fills.length + dirty.accounts.size > 0) {
      for (const order of dirty.orders) journal.add('order', storeOrder(order))
      for (const fill of dirty.fills) journal.add('fill', storeFill(fill))
      for (const account of dirty.accounts) journal.add('state', storeState(account))
      if (venue) {
        for (const market of new Set([...dirty.orders].map((order) => order.market))) {
          journal.add('market', { venue: venue.name, ...storeMarket(market) })
        }
      }
    }
    this.settle()
  }

  /** The same for changes that were put into the journal by hand. */
  settle(): void {
    this.journal.commit()
    this.outbox.flush()
  }

  saveAccount(account: Account): void {
    this.journal.add('account', storeAccount(account))
    this.journal.add('state', storeState(account))
  }

  /** The key works no longer, and its venue ends what it holds open. */
  revoke(account: Account): void {
    this.accounts.revoke(account)
    this.saveAccount(account)
    this.settle()
    this.venueOf(account).revoked(account)
  }

  saveIncome(account: Account, income: Account['income'][number]): void {
    account.income.push(income)
    this.journal.add('income', storeIncome(account, income))
  }

  /** Reads the store back; call once, after all venues were added. */
  load(): void {
    const found = this.journal.open()
    for (const stored of [...this.#orders.values()].sort(byQueue)) {
      const account = this.accounts.byId.get(stored.account)
      const venue = account && this.venueOf(account)
      const market = venue?.engine.markets.get(stored.symbol)
      if (account && venue && market) venue.engine.restore(loadOrder(stored, account, market))
    }
    this.#orders.clear()
    for (const account of this.accounts.byId.values()) {
      for (const list of account.orders.values()) list.sort((a, b) => (a.id < b.id ? -1 : 1))
      const { engine } = this.venueOf(account)
      for (const { seq } of account.allFills()) engine.skipFills(seq)
    }
    if (found) {
      // A restarted simulator must not deal the same keys and ids again.
      this.accounts.reseed(this.seed ^ (this.#runs * 0x9e3779b9))
    }
    this.#runs += 1
    this.journal.compact()
  }

  close(): void {
    for (const venue of this.venues) venue.close()
    this.clock.close()
    if (this.journal.enabled) this.journal.compact()
    this.journal.close()
  }

  #registerKinds(): void {
    const { journal, accounts } = this
    const venues = this.venues
    const orders = this.#orders
    journal.kind('run', {
      restore: (value) => {
        this.#runs = value as number
      },
      dump: () => [this.#runs],
    })
    journal.kind('account', {
      restore: (value) => {
        const stored = value as StoredAccount
        const known = accounts.byId.get(stored.id)
        if (known) {
          if (stored.key.revoked) accounts.revoke(known)
        } else accounts.add(loadAccount(stored))
      },
      dump: () => [...accounts.byId.values()].map(storeAccount),
    })
    journal.kind('state', {
      restore: (value) => {
        const stored = value as StoredState
        const account = accounts.byId.get(stored.id)
        if (account) loadState(account, stored)
      },
      dump: () => [...accounts.byId.values()].map(storeState),
    })
    journal.kind('market', {
      restore: (value) => {
        const stored = value as StoredMarket & { venue: string }
        const venue = venues.find((each) => each.name === stored.venue)
        const market = venue?.engine.markets.get(stored.symbol)
        if (market) loadMarket(market, stored)
      },
      dump: () =>
        venues.flatMap((venue) =>
          [...venue.engine.markets.values()].map((market) => ({ venue: venue.name, ...storeMarket(market) })),
        ),
    })
    journal.kind('order', {
      restore: (value) => {
        const stored = value as StoredOrder
        orders.set(`${stored.account}|${stored.symbol}|${stored.id}`, stored)
      },
      *dump() {
        for (const account of accounts.byId.values()) for (const order of account.allOrders()) yield storeOrder(order)
      },
    })
    journal.kind('fill', {
      restore: (value) => {
        const fill = loadFill(value as StoredFill)
        const account = accounts.byId.get(fill.accountId)
        const list = account?.fills.get(fill.symbol)
        if (list) list.push(fill)
        else account?.fills.set(fill.symbol, [fill])
      },
      *dump() {
        for (const account of accounts.byId.values()) for (const fill of account.allFills()) yield storeFill(fill)
      },
    })
    journal.kind('income', {
      restore: (value) => {
        const stored = value as StoredIncome
        accounts.byId.get(stored.account)?.income.push(loadIncome(stored))
      },
      *dump() {
        for (const account of accounts.byId.values()) {
          for (const income of account.income) yield storeIncome(account, income)
        }
      },
    })
  }
}

function byQueue(a: StoredOrder, b: StoredOrder): number {
  return (a.priority as number) - (b.priority as number)
}

function hash(text: string): number {
  let value = 2166136261
  for (const char of text) value = Math.imul(value ^ (char.codePointAt(0) ?? 0), 16777619)
  return value >>> 0
}
