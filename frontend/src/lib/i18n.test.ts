import { createTranslator } from 'use-intl/core'
import { describe, expect, it } from 'vitest'
import en from '../../messages/en.json' with { type: 'json' }
import vi from '../../messages/vi.json' with { type: 'json' }

type Tree = { [key: string]: string | Tree }

function flatten(tree: Tree, prefix = ''): [string, string][] {
  return Object.entries(tree).flatMap(([key, value]) =>
    typeof value === 'string' ? [[prefix + key, value] as [string, string]] : flatten(value, `${prefix}${key}.`),
  )
}

/** Names of the values a message takes: the word after each opening brace that starts an argument. */
function argumentsOf(message: string): string[] {
  return [...new Set([...message.matchAll(/\{(\w+)(?=[,}])/g)].map((match) => match[1] as string))].sort()
}

const english = flatten(en)
const vietnamese = new Map(flatten(vi))

describe('messages', () => {
  it('have the same keys in both languages', () => {
    expect([...vietnamese.keys()].sort()).toEqual(english.map(([key]) => key).sort())
  })

  it.each(english)('%s takes the same values in both languages and is not empty', (key, message) => {
    const other = vietnamese.get(key) ?? ''
    expect(other.trim()).not.toBe('')
    expect(argumentsOf(other)).toEqual(argumentsOf(message))
  })

  it.each([
    ['en', en],
    ['vi', vi],
  ] as const)('all format without an error in %s', (locale, messages) => {
    const problems: string[] = []
    const t = createTranslator({ locale, messages, onError: (error) => problems.push(error.message) })
    const values = new Proxy({}, { get: (_, name) => (name === 'unit' ? 'hour' : 3), has: () => true })
    for (const [key, message] of flatten(messages)) {
      const given = Object.fromEntries(argumentsOf(message).map((name) => [name, Reflect.get(values, name)]))
      t(key as never, given as never)
    }
    expect(problems).toEqual([])
  })
})
