import type { Random } from './random.suite.ts'

/* What a venue may send one day: its own frames with something in them that nobody expected. */

type Json = null | boolean | number | string | Json[] | { [key: string]: Json }
type Container = Json[] | { [key: string]: Json }

const words = [
  '',
  ' ',
  '0',
  '-0',
  '-1',
  '.5',
  '5.',
  '1e8',
  '1E-8',
  '1e400',
  '-1e400',
  'NaN',
  'Infinity',
  'null',
  'true',
  '0x10',
  '1,5',
  '007.50',
  '9'.repeat(90),
  `0.${'0'.repeat(90)}1`,
  'SOMETHING_NEW',
  'partially_filled',
  '这是测试币456',
  '🚀USDT',
  'BTC\u0000USDT',
  '\ud800',
  '__proto__',
  'constructor',
  'toString',
  'x'.repeat(3_000),
]
const numbers = [0, -1, 0.1, 1e21, 1e308, -1e308, 2 ** 53, 2 ** 63, 1_795_300_000_000, 4_102_444_800_000_000]
const names = [
  '__proto__',
  'constructor',
  'toString',
  'hasOwnProperty',
  'e',
  'data',
  'topic',
  'arg',
  'новое',
  'new_field',
]

function junk(random: Random): Json {
  switch (random.int(8)) {
    case 0:
      return null
    case 1:
      return random.chance(0.5)
    case 2:
      return random.pick(numbers)
    case 3:
      return random.digits(15 + random.int(30))
    case 4:
      return random.chance(0.5) ? [] : {}
    case 5:
      return nested(random.chance(0.1) ? 500 : 5, random)
    default:
      return random.pick(words)
  }
}

function nested(depth: number, random: Random): Json {
  let value: Json = random.pick(words)
  for (let level = 0; level < depth; level++) value = random.chance(0.5) ? [value] : { [random.pick(names)]: value }
  return value
}

/** Every place in a value: the container and the key of each. */
function places(value: Json, found: [Container, string | number][] = []): [Container, string | number][] {
  if (Array.isArray(value)) {
    value.forEach((item, index) => {
      found.push([value, index])
      places(item, found)
    })
  } else if (typeof value === 'object' && value !== null) {
    for (const key of Object.keys(value)) {
      found.push([value, key])
      places(value[key] as Json, found)
    }
  }
  return found
}

/** Own properties only, whatever the key is called. */
function put(container: Container, key: string | number, value: Json): void {
  Object.defineProperty(container, key, { value, enumerable: true, configurable: true, writable: true })
}

/** Changes one place of a value, in place; the value itself when it holds nothing. */
export function mutateValue(value: Json, random: Random): Json {
  const all = places(value)
  if (all.length === 0) return junk(random)
  const [container, key] = random.pick(all)
  const old = (container as { [key: string]: Json })[key] as Json
  switch (random.int(9)) {
    case 0:
      if (Array.isArray(container)) container.splice(Number(key), 1)
      else delete container[key]
      break
    case 1:
      if (Array.isArray(container)) container.splice(Number(key), 0, junk(random))
      else put(container, random.pick(names), junk(random))
      break
    case 2: {
      const [other, name] = random.pick(all)
      // A copy: a value may not hold itself.
      put(container, key, structuredClone((other as { [key: string]: Json })[name] as Json))
      break
    }
    case 3:
      put(container, key, [old])
      break
    case 4:
      put(container, key, { value: old })
      break
    case 5:
      // A number as text, a text as a number.
      put(container, key, typeof old === 'number' ? String(old) : typeof old === 'string' ? Number(old) : junk(random))
      break
    case 6:
      if (typeof old === 'string') put(container, key, damaged(old, random))
      else put(container, key, junk(random))
      break
    default:
      put(container, key, junk(random))
  }
  return value
}

function damaged(text: string, random: Random): string {
  switch (random.int(5)) {
    case 0:
      return text.toLowerCase()
    case 1:
      return `-${text}`
    case 2:
      return text + random.digits(20)
    case 3:
      return text.slice(0, random.int(text.length + 1))
    default:
      return ` ${text} `
  }
}

/** Changes the text of a frame where its structure does not matter: truncated, doubled keys, digits, stray characters. */
export function mutateText(text: string, random: Random): string {
  const at = random.int(text.length)
  switch (random.int(8)) {
    case 0:
      return text.slice(0, at)
    case 1:
      return text.slice(at)
    case 2:
      return (
        text.slice(0, at) +
        random.pick(['"', '\\', '{', '}', '[', ']', ',', ':', '\u0000', '9', 'é']) +
        text.slice(at + 1)
      )
    case 3: {
      // The same key twice: the later one counts.
      const keys = [...text.matchAll(/"([^"\\]+)":/g)]
      if (keys.length === 0) return text
      const key = random.pick(keys)
      const twin = `"${key[1]}":${JSON.stringify(junk(random)) ?? 'null'},`
      return text.slice(0, key.index) + twin + text.slice(key.index)
    }
    case 4:
      return text.replace(/\d{5,}/g, (digits) => (random.chance(0.4) ? random.digits(16 + random.int(20)) : digits))
    case 5:
      return text + text.slice(at)
    case 6:
      return random.chance(0.02) ? '['.repeat(50_000) + text : '['.repeat(40) + text + ']'.repeat(40)
    default:
      return text.slice(0, at) + random.pick(words) + text.slice(at)
  }
}
