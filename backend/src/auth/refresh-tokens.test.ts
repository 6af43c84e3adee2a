import { describe, expect, it } from 'vitest'
import { RefreshTokens, refreshHash } from './refresh-tokens.ts'

const tokens = new RefreshTokens('a signing secret of more than thirty-two bytes')

describe('RefreshTokens', () => {
  it('reads what it wrote, and its successors', () => {
    const { sessionId, token } = tokens.first()
    const claims = tokens.read(token)
    expect(claims).toEqual({ sessionId, generation: 0 })
    const second = tokens.next(claims ?? { sessionId: 0, generation: 0 })
    expect(second).not.toBe(token)
    expect(tokens.read(second)).toEqual({ sessionId, generation: 1 })
    expect(tokens.next({ sessionId, generation: 0 })).toBe(second)
  })

  it('knows no changed, cut, foreign or made-up token', () => {
    const { token } = tokens.first()
    const foreign = new RefreshTokens('another secret of more than thirty-two bytes').first().token
    const bytes = Buffer.from(token, 'base64url')
    bytes[5] = (bytes[5] ?? 0) ^ 1
    for (const bad of [bytes.toString('base64url'), token.slice(1), `${token}A`, `${token}=`, foreign, '', 'x', 'é']) {
      expect(tokens.read(bad)).toBeNull()
    }
  })

  it('hashes them for the database', () => {
    expect(refreshHash('a')).not.toBe(refreshHash('b'))
    expect(refreshHash('a')).toHaveLength(43)
  })
})
