import { describe, expect, it } from 'vitest'
import { allowedOrigins, originRule } from './origin.ts'

describe('originRule', () => {
  const rule = originRule(allowedOrigins('https://app.example.com', ['https://other.example.com:8443']))

  it.each([undefined, 'https://app.example.com', 'https://other.example.com:8443'])('lets %s in', (origin) => {
    expect(rule(origin)).toBe(true)
  })

  it.each([
    'null',
    '',
    'http://app.example.com',
    'https://evil.com',
    'https://app.example.com.evil.com',
    'https://evilapp.example.com',
    'https://APP.example.com',
    'https://app.example.com:444',
    'https://app.example.com/',
    'https://other.example.com',
    'file://',
  ])('keeps %s out', (origin) => {
    expect(rule(origin)).toBe(false)
  })

  it('knows localhost and 127.0.0.1 as one machine, on the same port', () => {
    const local = originRule(allowedOrigins('http://127.0.0.1:8080', []))
    expect(local('http://localhost:8080')).toBe(true)
    expect(local('http://localhost:8081')).toBe(false)
    expect(originRule(allowedOrigins('http://localhost:3000', []))('http://127.0.0.1:3000')).toBe(true)
  })
})
