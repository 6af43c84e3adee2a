import { type Big, dec } from '../engine/decimal.ts'
import { badParameter, invalid, missing } from './errors.ts'

const DECIMAL = /^[0-9]{1,20}(\.[0-9]{1,20})?$/
const SIGNED = /^-?[0-9]{1,20}(\.[0-9]{1,20})?$/

/** The parameters of one call: the query of a GET, the JSON object of a POST or of a WebSocket request. */
export class Params {
  readonly #values: Record<string, unknown>

  constructor(values: Record<string, unknown>) {
    this.#values = values
  }

  static fromQuery(query: string): Params {
    return new Params(Object.fromEntries(new URLSearchParams(query)))
  }

  static fromBody(body: string): Params {
    let value: unknown
    try {
      value = JSON.parse(body === '' ? '{}' : body)
    } catch {
      throw badParameter('Request body is not valid JSON')
    }
    if (value === null || typeof value !== 'object' || Array.isArray(value)) throw badParameter('params error')
    return new Params(value as Record<string, unknown>)
  }

  raw(name: string): unknown {
    return this.#values[name]
  }

  has(name: string): boolean {
    return this.text(name) !== undefined
  }

  /** Empty text counts as not sent, as on the venue. */
  text(name: string): string | undefined {
    const value = this.#values[name]
    if (value === undefined || value === null || value === '') return undefined
    if (typeof value === 'object') throw invalid(name)
    return String(value)
  }

  need(name: string): string {
    const value = this.text(name)
    if (value === undefined) throw missing(name)
    return value
  }

  oneOf<T extends string>(name: string, values: readonly T[]): T | undefined {
    const value = this.text(name)
    if (value === undefined) return undefined
    if (!values.includes(value as T)) throw invalid(name)
    return value as T
  }

  needOneOf<T extends string>(name: string, values: readonly T[]): T {
    this.need(name)
    return this.oneOf(name, values) as T
  }

  /** Zero or more; money comes as text. */
  decimal(name: string): Big | undefined {
    const value = this.text(name)
    if (value === undefined) return undefined
    if (!DECIMAL.test(value)) throw invalid(name)
    return dec(value)
  }

  signed(name: string): Big | undefined {
    const value = this.text(name)
    if (value === undefined) return undefined
    if (!SIGNED.test(value)) throw invalid(name)
    return dec(value)
  }

  needDecimal(name: string): Big {
    this.need(name)
    return this.decimal(name) as Big
  }

  integer(name: string): number | undefined {
    const value = this.text(name)
    if (value === undefined) return undefined
    if (!/^[0-9]{1,15}$/.test(value)) throw invalid(name)
    return Number(value)
  }

  flag(name: string): boolean | undefined {
    const value = this.text(name)
    if (value === undefined) return undefined
    if (value !== 'true' && value !== 'false') throw invalid(name)
    return value === 'true'
  }

  /** A page size between 1 and its documented maximum. */
  limit(standard: number, highest: number): number {
    const value = this.integer('limit')
    if (value === undefined || value === 0) return standard
    return Math.min(value, highest)
  }

  /** The objects of a list, such as the orders of a batch. */
  list(name: string): Params[] {
    const value = this.#values[name]
    if (!Array.isArray(value) || value.length === 0) throw missing(name)
    return value.map((each) => {
      if (each === null || typeof each !== 'object') throw invalid(name)
      return new Params(each as Record<string, unknown>)
    })
  }
}
