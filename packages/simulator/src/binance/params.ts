import { type Big, dec } from '../engine/decimal.ts'
import { decodeField } from '../http/request.ts'
import { ApiError, illegal, missing } from './errors.ts'

const DECIMAL = /^([0-9]{1,20})(\.[0-9]{1,20})?$/
const LONG = /^[0-9]{1,20}$/
const EMPTY = new Set(['timestamp', 'recvWindow', 'signature', 'apiKey'])

/** The parameters of one call, read with the checks and error texts of Binance. */
export class Params {
  readonly #values: Map<string, string>

  constructor(values: Map<string, string>) {
    this.#values = values
  }

  /** From query and body text; a name in both takes the query's value. */
  static fromRequest(query: string, body: string): Params {
    const values = new Map<string, string>()
    for (const text of [body, query]) {
      if (text === '') continue
      for (const pair of text.split('&')) {
        if (pair === '') continue
        const at = pair.indexOf('=')
        try {
          const name = decodeField(at < 0 ? pair : pair.slice(0, at))
          values.set(name, at < 0 ? '' : decodeField(pair.slice(at + 1)))
        } catch {
          throw illegal('query', 'percent-encoded UTF-8')
        }
      }
    }
    return new Params(values)
  }

  /** From the `params` object of a WebSocket API request. */
  static fromObject(object: Record<string, unknown>): Params {
    const values = new Map<string, string>()
    for (const [name, value] of Object.entries(object)) {
      if (value === null || value === undefined) continue
      values.set(name, typeof value === 'object' ? JSON.stringify(value) : String(value))
    }
    return new Params(values)
  }

  has(name: string): boolean {
    const value = this.#values.get(name)
    return value !== undefined && value !== ''
  }

  names(): string[] {
    return [...this.#values.keys()]
  }

  entries(): IterableIterator<[string, string]> {
    return this.#values.entries()
  }

  /** Throws -1104 when something was sent that the call does not know. */
  allowOnly(names: ReadonlySet<string>): void {
    const sent = this.names().filter((name) => !EMPTY.has(name))
    const read = sent.filter((name) => names.has(name))
    if (read.length === sent.length) return
    throw new ApiError(
      -1104,
      `Not all sent parameters were read; read '${read.length}' parameter(s) but was sent '${sent.length}'.`,
    )
  }

  text(name: string): string | undefined {
    const value = this.#values.get(name)
    if (value === '') throw new ApiError(-1105, `Parameter '${name}' was empty.`)
    return value
  }

  need(name: string): string {
    const value = this.#values.get(name)
    if (value === undefined || value === '') throw missing(name)
    return value
  }

  decimal(name: string): Big | undefined {
    const value = this.text(name)
    if (value === undefined) return undefined
    if (!DECIMAL.test(value)) throw illegal(name, '^([0-9]{1,20})(\\.[0-9]{1,20})?$')
    return dec(value)
  }

  needDecimal(name: string): Big {
    this.need(name)
    return this.decimal(name) as Big
  }

  integer(name: string): number | undefined {
    const value = this.text(name)
    if (value === undefined) return undefined
    if (!/^-?[0-9]{1,16}$/.test(value)) throw illegal(name, '^[0-9]{1,20}$')
    return Number(value)
  }

  id(name: string): bigint | undefined {
    const value = this.text(name)
    if (value === undefined) return undefined
    if (!LONG.test(value)) throw illegal(name, '^[0-9]{1,20}$')
    return BigInt(value)
  }

  boolean(name: string): boolean | undefined {
    const value = this.text(name)?.toLowerCase()
    if (value === undefined) return undefined
    if (value !== 'true' && value !== 'false') throw illegal(name, '^(true|false)$')
    return value === 'true'
  }

  /** A limit clamped to its documented maximum, as the venue does. */
  limit(standard: number, highest: number): number {
    const value = this.integer('limit')
    if (value === undefined) return standard
    if (value < 1) throw new ApiError(-1130, "Data sent for parameter 'limit' is not valid.")
    return Math.min(value, highest)
  }
}
