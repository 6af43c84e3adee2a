/**
 * Writes JSON as JSON.stringify does, except that a bigint becomes a bare integer: order ids beyond 2^53 keep their
 * digits, as on the venues.
 */
export function toJson(value: unknown): string {
  switch (typeof value) {
    case 'string':
      return JSON.stringify(value)
    case 'number':
      return Number.isFinite(value) ? String(value) : 'null'
    case 'boolean':
      return value ? 'true' : 'false'
    case 'bigint':
      return value.toString()
    case 'object': {
      if (value === null) return 'null'
      if (value instanceof RawJson) return value.text
      if (Array.isArray(value)) {
        let out = '['
        for (let i = 0; i < value.length; i++) out += (i > 0 ? ',' : '') + toJson(value[i])
        return `${out}]`
      }
      let out = '{'
      let first = true
      for (const key in value) {
        const field = (value as Record<string, unknown>)[key]
        if (field === undefined) continue
        out += `${first ? '' : ','}${JSON.stringify(key)}:${toJson(field)}`
        first = false
      }
      return `${out}}`
    }
    default:
      return 'null'
  }
}

/**
 * The same value with every time in microseconds. Ids are bigints here and money is text, so a number of 13 digits is
 * a time in milliseconds.
 */
export function inMicroseconds(value: unknown): unknown {
  if (typeof value === 'number') return value >= 1e12 && value < 1e13 ? value * 1000 : value
  if (value === null || typeof value !== 'object' || value instanceof RawJson) return value
  if (Array.isArray(value)) return value.map(inMicroseconds)
  return Object.fromEntries(Object.entries(value).map(([name, field]) => [name, inMicroseconds(field)]))
}

/** Text that is JSON already. */
export class RawJson {
  readonly text: string

  constructor(text: string) {
    this.text = text
  }
}

/** Quotes integers of 16 digits and more before parsing, so that ids sent as bare numbers keep their digits. */
export function parseJsonWithLongIntegers(text: string): unknown {
  if (!/\d{16}/.test(text)) return JSON.parse(text)
  let out = ''
  let inString = false
  for (let i = 0; i < text.length; i++) {
    const char = text[i] as string
    if (inString) {
      out += char
      if (char === '\\') out += text[++i] ?? ''
      else if (char === '"') inString = false
      continue
    }
    if (char === '"') {
      inString = true
      out += char
      continue
    }
    if (char === '-' || (char >= '0' && char <= '9')) {
      let end = i + 1
      while (end < text.length && /[0-9.eE+-]/.test(text[end] as string)) end++
      const number = text.slice(i, end)
      out += /^-?\d{16,}$/.test(number) ? `"${number}"` : number
      i = end - 1
      continue
    }
    out += char
  }
  return JSON.parse(out)
}

export function isRecord(value: unknown): value is Record<string, unknown> {
  return value !== null && typeof value === 'object' && !Array.isArray(value)
}
