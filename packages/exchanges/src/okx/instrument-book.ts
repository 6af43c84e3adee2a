import { ExchangeError } from '../errors.ts'
import type { Instrument } from '../exchange.ts'
import { cacheInstruments } from '../instruments-cache.ts'
import type { Clock } from '../transport/clock.ts'
import { type OkxInstrument, parseInstruments } from './instruments.ts'

const products = ['SPOT', 'SWAP', 'FUTURES'] as const
/** An instrument the venue did not know is not asked for again before this. */
const askAgainMs = 10 * 60_000

/** Names a row's instrument as the venue does. */
export interface InstrumentName {
  instType: string
  instId: string
}

/**
 * Every instrument seen so far. Quantities of contracts cannot be read without it, so whoever parses waits for `ready` first; one that
 * is listed later is fetched by `learn`. What was known once stays known: a delivered contract's last orders are still to be read.
 */
export class InstrumentBook {
  readonly #clock: Clock
  readonly #fetch: (instType: string, instId?: string) => Promise<unknown[]>
  readonly #known = new Map<string, OkxInstrument>()
  readonly #unknownAt = new Map<string, number>()
  readonly #running = new Map<string, Promise<void>>()
  /** The venue's list, at most an hour old. Throws ExchangeError while it could never be read. */
  readonly list: () => Promise<readonly Instrument[]>

  constructor(clock: Clock, fetch: (instType: string, instId?: string) => Promise<unknown[]>) {
    this.#clock = clock
    this.#fetch = fetch
    this.list = cacheInstruments(clock, () => this.#fetchAll())
  }

  /** Resolves once the list is there. Throws ExchangeError. */
  async ready(): Promise<void> {
    if (this.#known.size === 0) await this.list()
  }

  find(instId: string): OkxInstrument | undefined {
    return this.#known.get(instId)
  }

  /** Asks for instruments that are not known. Resolves with whether any of them is now. Throws ExchangeError. */
  async learn(names: readonly InstrumentName[]): Promise<boolean> {
    const missing = names.filter(({ instId }) => !this.#known.has(instId))
    await Promise.all(missing.map((name) => this.#learnOnce(name)))
    return missing.some(({ instId }) => this.#known.has(instId))
  }

  #learnOnce({ instType, instId }: InstrumentName): Promise<void> {
    const name = `${instType} ${instId}`
    const unknownAt = this.#unknownAt.get(name)
    if (unknownAt !== undefined && this.#clock.now() - unknownAt < askAgainMs) return Promise.resolve()
    let running = this.#running.get(name)
    if (running === undefined) {
      running = this.#ask(instType, instId).finally(() => this.#running.delete(name))
      this.#running.set(name, running)
    }
    return running
  }

  async #ask(instType: string, instId: string): Promise<void> {
    try {
      this.#add(parseInstruments(await this.#fetch(instType, instId)))
    } catch (error) {
      // "No such instrument" is an answer, too.
      if (!(error instanceof ExchangeError) || error.kind !== 'refused') throw error
    }
    if (!this.#known.has(instId)) this.#unknownAt.set(`${instType} ${instId}`, this.#clock.now())
  }

  async #fetchAll(): Promise<Instrument[]> {
    const rows = await Promise.all(products.map((instType) => this.#fetchProduct(instType)))
    const instruments = rows.flatMap((product) => parseInstruments(product))
    this.#add(instruments)
    return instruments.map(({ instrument }) => instrument)
  }

  /** A site that does not offer a product may refuse to list it: Europe has no SWAP. The others are to be read all the same. */
  async #fetchProduct(instType: string): Promise<unknown[]> {
    try {
      return await this.#fetch(instType)
    } catch (error) {
      if (instType === 'SPOT' || !(error instanceof ExchangeError) || error.kind !== 'refused') throw error
      return []
    }
  }

  #add(instruments: readonly OkxInstrument[]) {
    for (const instrument of instruments) this.#known.set(instrument.instrument.symbol, instrument)
  }
}
