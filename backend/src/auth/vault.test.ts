import { inspect } from 'node:util'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { type SealedPlace, Vault, VaultError } from './vault.ts'

const place: SealedPlace = { row: 'k1', user_id: 7, exchange: 'binance', field: 'api_secret' }
const vault = new Vault('a master key of more than thirty-two bytes')

describe('Vault', () => {
  it('opens what it sealed', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary', maxLength: 300 }), (text) => {
        expect(vault.open(vault.seal(text, place), place)).toBe(text)
      }),
    )
  })

  it('opens nowhere else', () => {
    const sealed = vault.seal('secret', place)
    const moves: Partial<SealedPlace>[] = [{ row: 'k2' }, { user_id: 8 }, { exchange: 'okx' }, { field: 'passphrase' }]
    for (const move of moves) expect(() => vault.open(sealed, { ...place, ...move })).toThrow(VaultError)
  })

  it('fails closed on any flipped bit and any cut', () => {
    const sealed = vault.seal('secret', place)
    for (let bit = 0; bit < sealed.length * 8; bit++) {
      const changed = Uint8Array.from(sealed)
      changed[bit >> 3] = (changed[bit >> 3] ?? 0) ^ (1 << (bit & 7))
      expect(() => vault.open(changed, place)).toThrow(VaultError)
    }
    for (let length = 0; length < sealed.length; length++) {
      expect(() => vault.open(sealed.subarray(0, length), place)).toThrow(VaultError)
    }
  })

  it('knows a text of another master key', () => {
    const other = new Vault('another master key of more than 32 bytes!')
    expect(() => other.open(vault.seal('secret', place), place)).toThrow(/another ENCRYPTION_KEY/)
    expect(other.matches(vault.checkValue())).toBe(false)
    expect(vault.matches(vault.checkValue())).toBe(true)
    expect(vault.matches('')).toBe(false)
  })

  it('never seals the same text alike', () => {
    const seen = new Set(Array.from({ length: 5000 }, () => Buffer.from(vault.seal('x', place)).toString('hex')))
    expect(seen.size).toBe(5000)
  })

  it('shows nothing of itself', () => {
    expect(`${inspect(vault, { depth: 9, showHidden: true })}${JSON.stringify(vault)}`).toBe('[vault]"[vault]"')
  })
})
