import type { Fill } from '../engine/order.ts'
import type { World } from '../world.ts'
import { Uuids } from './uuids.ts'

/** The ids that Bybit shows, made from the engine's numbers. */
export class Ids {
  readonly #indexes: ReadonlyMap<string, number>
  #orders: Uuids
  #makerTrades: Uuids
  #takerTrades: Uuids
  #funding: Uuids
  #seed: number

  /** `symbols` are the engine's, in an order that never changes. */
  constructor(world: World, symbols: readonly string[]) {
    this.#indexes = new Map(symbols.map((symbol, i) => [symbol, i]))
    this.#seed = world.seed
    const make = (kind: number) => new Uuids(this.#seed, kind)
    this.#orders = make(1)
    this.#makerTrades = make(2)
    this.#takerTrades = make(3)
    this.#funding = make(4)
    // A store that is opened with another seed keeps the ids it has told.
    world.journal.kind('bybit-ids', {
      restore: (value) => {
        this.#seed = value as number
        this.#orders = make(1)
        this.#makerTrades = make(2)
        this.#takerTrades = make(3)
        this.#funding = make(4)
      },
      dump: () => [this.#seed],
    })
  }

  order(engineSymbol: string, id: bigint): string {
    return this.#orders.of(this.#index(engineSymbol), id)
  }

  /** The market's number and the order's; undefined when the id was not made here. */
  readOrder(uuid: string): { market: number; id: bigint } | undefined {
    return this.#orders.read(uuid)
  }

  /** Both sides of a trade have an execution of their own. */
  execution(fill: Fill): string {
    return (fill.maker ? this.#makerTrades : this.#takerTrades).of(this.#index(fill.symbol), fill.tradeId)
  }

  /** A trade's public id is its taker's. */
  publicTrade(engineSymbol: string, tradeId: bigint): string {
    return this.#takerTrades.of(this.#index(engineSymbol), tradeId)
  }

  funding(engineSymbol: string, id: bigint): string {
    return this.#funding.of(this.#index(engineSymbol), id)
  }

  #index(engineSymbol: string): number {
    const index = this.#indexes.get(engineSymbol)
    if (index === undefined) throw new Error(`no market ${engineSymbol}`)
    return index
  }
}
