import { parse } from 'lossless-json'

/** The one look each text gets. Written out in full, for then the engine skips ahead by sixteen characters at a time. */
const sixteenDigits = new RegExp('\\d'.repeat(16))

/** An integer of 16 digits or more where a JSON value may stand. */
const longInteger = /((?:^|[:,[])\s*)(-?[1-9]\d{15,})(?=\s*(?:[,}\]]|$))/g

/** Integers beyond 2^53 stay text, exactly as they were written; every other number is an ordinary one. */
function readNumber(text: string): number | string {
  const value = Number(text) // not money: money comes as text, this is an id or a time
  return Number.isSafeInteger(value) || /[.eE]/.test(text) ? value : text
}

function quoteLong(_match: string, before: string, digits: string): string {
  return Number.isSafeInteger(Number(digits)) ? before + digits : `${before}"${digits}"` // not money: an id
}

/**
 * Parses a venue's JSON without losing a digit: integers that a double cannot hold become strings (order ids such as
 * 8389766145050669870), all other numbers become ordinary numbers. Decimals of money come as JSON strings from the venues and stay
 * strings. Throws SyntaxError.
 */
export function parseJson(text: string): unknown {
  if (!sixteenDigits.test(text)) return JSON.parse(text)
  try {
    return JSON.parse(text.replace(longInteger, quoteLong))
  } catch {
    // Not JSON, or what looked like an id stood inside a string: quotes there always end the string right before a digit or a minus.
    return parse(text, null, readNumber)
  }
}
