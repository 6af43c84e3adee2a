import { parse } from 'lossless-json'

/** An integer of 16 digits or more where a JSON number may stand; a hit inside a string only costs the slower parser. */
const longInteger = /(?:^|[:,[])\s*-?\d{16}/

/** Integers beyond 2^53 stay text, exactly as they were written; every other number is an ordinary one. */
function readNumber(text: string): number | string {
  const value = Number(text)
  return Number.isSafeInteger(value) || /[.eE]/.test(text) ? value : text
}

/**
 * Parses a venue's JSON without losing a digit: integers that a double cannot hold become strings (order ids such as
 * 8389766145050669870), all other numbers become ordinary numbers. Decimals of money come as JSON strings from the venues and stay
 * strings. Throws SyntaxError.
 */
export function parseJson(text: string): unknown {
  return longInteger.test(text) ? parse(text, null, readNumber) : JSON.parse(text)
}
