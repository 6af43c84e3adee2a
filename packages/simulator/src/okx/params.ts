import { parseJsonWithLongIntegers } from '../http/json.ts'
import { decodeField } from '../http/request.ts'
import { ApiError, badParameter, emptyParameter } from './errors.ts'

const DECIMAL = /^\d{1,20}(\.\d{1,20})?$/

/** The fields of one request, as text. OKX sends and takes numbers as text; bare JSON numbers are taken too. */
export class Params {
  readonly #fields: Record<string, unknown>

  constructor(fields: Record<string, unknown>) {
    this.#fields = fields
  }

  static ofQuery(query: string): Params {
    const fields: Record<string, unknown> = {}
    for (const pair of query.split('&')) {
      if (pair === '') continue
      const at = pair.indexOf('=')
      try {
        fields[decodeField(at < 0 ? pair : pair.slice(0, at))] = at < 0 ? '' : decodeField(pair.slice(at + 1))
      } catch {
        throw badParameter(at < 0 ? pair : pair.slice(0, at))
      }
    }
    return new Params(fields)
  }

  /** The fields of a body, and one Params an item where the body is a list. Throws 50002 on broken JSON. */
  static ofBody(body: string): { one: Params; many: Params[] } {
    let value: unknown
    try {
      value = parseJsonWithLongIntegers(body === '' ? '{}' : body)
    } catch {
      throw new ApiError('50002', 'JSON syntax error', 400)
    }
    if (Array.isArray(value)) return { one: new Params({}), many: value.map(Params.ofItem) }
    return { one: Params.ofItem(value), many: [] }
  }

  static ofItem(this: void, value: unknown): Params {
    if (value === null || typeof value !== 'object' || Array.isArray(value)) {
      throw new ApiError('50002', 'JSON syntax error', 400)
    }
    return new Params(value as Record<string, unknown>)
  }

  text(name: string): string | undefined {
    const value = this.#fields[name]
    if (value === undefined || value === null || value === '') return undefined
    if (typeof value === 'string') return value
    if (typeof value === 'number' || typeof value === 'boolean') return String(value)
    throw badParameter(name)
  }

  need(name: string): string {
    const value = this.text(name)
    if (value === undefined) throw emptyParameter(name)
    return value
  }

  oneOf<T extends string>(name: string, values: readonly T[]): T | undefined {
    const value = this.text(name)
    if (value === undefined) return undefined
    if (!(values as readonly string[]).includes(value)) throw badParameter(name)
    return value as T
  }

  needOneOf<T extends string>(name: string, values: readonly T[]): T {
    const value = this.oneOf(name, values)
    if (value === undefined) throw emptyParameter(name)
    return value
  }

  /** A plain decimal above zero, as text. */
  decimal(name: string): string | undefined {
    const value = this.text(name)
    if (value !== undefined && (!DECIMAL.test(value) || /^[0.]*$/.test(value))) throw badParameter(name)
    return value
  }

  needDecimal(name: string): string {
    const value = this.decimal(name)
    if (value === undefined) throw emptyParameter(name)
    return value
  }

  integer(name: string): number | undefined {
    const value = this.text(name)
    if (value === undefined) return undefined
    if (!/^\d{1,16}$/.test(value)) throw badParameter(name)
    return Number(value)
  }

  /** An id, which goes beyond what a number can hold. */
  id(name: string): bigint | undefined {
    const value = this.text(name)
    if (value === undefined) return undefined
    if (!/^\d{1,20}$/.test(value)) throw badParameter(name)
    return BigInt(value)
  }

  flag(name: string): boolean {
    const value = this.text(name)
    if (value === undefined || value === 'false') return false
    if (value !== 'true') throw badParameter(name)
    return true
  }

  /** "a,b,c" as a list. */
  list(name: string): string[] {
    return this.text(name)?.split(',') ?? []
  }

  /** A nested list of objects. */
  items(name: string): Params[] {
    const value = this.#fields[name]
    if (value === undefined || value === null || value === '') return []
    if (!Array.isArray(value)) throw badParameter(name)
    return value.map(Params.ofItem)
  }

  /** The same fields with some set. */
  with(fields: Record<string, unknown>): Params {
    return new Params({ ...this.#fields, ...fields })
  }

  raw(name: string): unknown {
    return this.#fields[name]
  }
}
