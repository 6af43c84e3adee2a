import { hash } from '@node-rs/argon2'
import { describe, expect, it } from 'vitest'
import { Passwords, PasswordsBusy } from './passwords.ts'

describe('Passwords', () => {
  const passwords = new Passwords()

  it('takes exactly the password that was set, in whole', async () => {
    const stored = await passwords.hash(`${'x'.repeat(72)}é`)
    expect(stored).toMatch(/^\$argon2id\$v=19\$m=47104,t=1,p=1\$/)
    expect(await passwords.verify(stored, `${'x'.repeat(72)}e\u0301`)).toBe(true)
    expect(await passwords.verify(stored, 'x'.repeat(72))).toBe(false)
    expect(await passwords.verify(stored, `${'x'.repeat(72)}é `)).toBe(false)
  })

  it('answers false for nobody, whatever the password', async () => {
    expect(await passwords.verify(null, 'the password of nobody')).toBe(false)
  })

  it('knows a hash of weaker parameters', async () => {
    expect(passwords.isOutdated(await hash('x', { memoryCost: 19_456, timeCost: 2 }))).toBe(true)
    expect(passwords.isOutdated(await passwords.hash('x'))).toBe(false)
  })

  it('refuses what would wait behind fifty others, and serves the rest', async () => {
    const results = await Promise.allSettled(Array.from({ length: 60 }, () => passwords.hash('many at once')))
    const refused = results.filter((result) => result.status === 'rejected')
    expect(refused).toHaveLength(6)
    for (const { reason } of refused as PromiseRejectedResult[]) expect(reason).toBeInstanceOf(PasswordsBusy)
    expect(await passwords.hash('afterwards')).toContain('argon2id')
  })
})
