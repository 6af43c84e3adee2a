import type { TradingMode } from '../engine/instrument.ts'
import { SimError } from './sim-error.ts'

const DECIMAL = /^\d{1,20}(\.\d{1,20})?$/
const SIGNED = /^-?\d{1,20}(\.\d{1,20})?$/

/** Reads the fields of a JSON body and says in plain words what is wrong with one. */
export class Fields {
  readonly #body: Record<string, unknown>

  constructor(body: unknown) {
    if (body === null || typeof body !== 'object' || Array.isArray(body))
      throw new SimError('the body must be a JSON object')
    this.#body = body as Record<string, unknown>
  }

  /** Throws when the body holds a name that is not listed. */
  only(...names: string[]): this {
    const unknown = Object.keys(this.#body).filter((name) => !names.includes(name))
    if (unknown.length > 0) throw new SimError(`unknown field ${unknown.map((name) => `"${name}"`).join(', ')}`)
    return this
  }

  raw(): Record<string, unknown> {
    return this.#body
  }

  text(name: string): string | undefined {
    const value = this.#body[name]
    if (value === undefined || value === null) return undefined
    if (typeof value !== 'string' || value === '') throw new SimError(`${name} must be a text`)
    return value
  }

  needText(name: string): string {
    const value = this.text(name)
    if (value === undefined) throw new SimError(`${name} is missing`)
    return value
  }

  oneOf<T extends string>(name: string, values: readonly T[]): T | undefined {
    const value = this.text(name)
    if (value === undefined) return undefined
    if (!(values as readonly string[]).includes(value))
      throw new SimError(`${name} must be one of ${values.join(', ')}`)
    return value as T
  }

  needOneOf<T extends string>(name: string, values: readonly T[]): T {
    const value = this.oneOf(name, values)
    if (value === undefined) throw new SimError(`${name} is missing; it must be one of ${values.join(', ')}`)
    return value
  }

  mode(): TradingMode {
    return this.needOneOf('trading_mode', ['spot', 'futures'] as const)
  }

  integer(name: string, least: number, most: number): number | undefined {
    const value = this.#body[name]
    if (value === undefined || value === null) return undefined
    if (typeof value !== 'number' || !Number.isInteger(value) || value < least || value > most) {
      throw new SimError(`${name} must be a whole number from ${least} to ${most}`)
    }
    return value
  }

  needInteger(name: string, least: number, most: number): number {
    const value = this.integer(name, least, most)
    if (value === undefined) throw new SimError(`${name} is missing`)
    return value
  }

  flag(name: string): boolean | undefined {
    const value = this.#body[name]
    if (value === undefined || value === null) return undefined
    if (typeof value !== 'boolean') throw new SimError(`${name} must be true or false`)
    return value
  }

  /** A decimal as text (a JSON number is taken too when it is written plainly). */
  decimal(name: string, signed = false): string | undefined {
    const value = this.#body[name]
    if (value === undefined || value === null) return undefined
    return decimalText(name, value, signed)
  }

  needDecimal(name: string, signed = false): string {
    const value = this.decimal(name, signed)
    if (value === undefined) throw new SimError(`${name} is missing`)
    return value
  }
}

export function decimalText(name: string, value: unknown, signed = false): string {
  const text = typeof value === 'number' ? String(value) : value
  if (typeof text !== 'string' || !(signed ? SIGNED : DECIMAL).test(text)) {
    throw new SimError(`${name} must be a decimal in plain notation, such as "0.01"`)
  }
  return text
}
