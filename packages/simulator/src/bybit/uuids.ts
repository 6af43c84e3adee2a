const MASK = (1n << 64n) - 1n
const ID_BITS = 56n
const GOLDEN = 0x9e3779b97f4a7c15n

/**
 * Ids of Bybit are UUIDs, those of the engine numbers that count up in a market. One is made from the other and the
 * seed, both ways, so nothing has to be remembered and the same seed gives the same ids.
 */
export class Uuids {
  readonly #key: bigint

  constructor(seed: number, kind: number) {
    this.#key = mix(BigInt(seed) * GOLDEN + BigInt(kind))
  }

  /** `market` is the number of the market, below 256. */
  of(market: number, id: bigint): string {
    const first = mix(((BigInt(market) << ID_BITS) | id) ^ this.#key)
    const hex = (
      first.toString(16).padStart(16, '0') +
      mix(first ^ this.#key)
        .toString(16)
        .padStart(16, '0')
    ).slice(0, 30)
    const variant = '89ab'[Number(first & 3n)]
    return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-4${hex.slice(12, 15)}-${variant}${hex.slice(15, 18)}-${hex.slice(18)}`
  }

  /** Undefined when the text is none of the ids made here. */
  read(uuid: string): { market: number; id: bigint } | undefined {
    const digits = uuid.replaceAll('-', '')
    if (!/^[0-9a-f]{32}$/.test(digits)) return undefined
    const hex = digits.slice(0, 12) + digits.slice(13, 16) + digits.slice(17, 18)
    const value = unmix(BigInt(`0x${hex}`)) ^ this.#key
    const found = { market: Number(value >> ID_BITS), id: value & ((1n << ID_BITS) - 1n) }
    return this.of(found.market, found.id) === uuid ? found : undefined
  }
}

/** The finalizer of splitmix64: scatters 64 bits, and can be undone. */
function mix(value: bigint): bigint {
  let z = value & MASK
  z = ((z ^ (z >> 30n)) * 0xbf58476d1ce4e5b9n) & MASK
  z = ((z ^ (z >> 27n)) * 0x94d049bb133111ebn) & MASK
  return z ^ (z >> 31n)
}

function unmix(value: bigint): bigint {
  let z = value
  z = ((z ^ (z >> 31n) ^ (z >> 62n)) * 0x319642b2d24d8ec3n) & MASK
  z = ((z ^ (z >> 27n) ^ (z >> 54n)) * 0x96de1b173f119089n) & MASK
  return z ^ (z >> 30n) ^ (z >> 60n)
}
