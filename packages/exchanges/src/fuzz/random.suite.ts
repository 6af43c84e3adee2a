/** Chance that a seed repeats (mulberry32). */
export class Random {
  #state: number

  constructor(seed: number) {
    this.#state = seed >>> 0
  }

  /** From 0 up to but not including 1. */
  next(): number {
    this.#state = (this.#state + 0x6d2b79f5) >>> 0
    let value = this.#state
    value = Math.imul(value ^ (value >>> 15), value | 1)
    value ^= value + Math.imul(value ^ (value >>> 7), value | 61)
    return ((value ^ (value >>> 14)) >>> 0) / 4_294_967_296
  }

  /** From 0 up to but not including `below`. */
  int(below: number): number {
    return Math.floor(this.next() * below)
  }

  pick<T>(values: readonly T[]): T {
    return values[this.int(values.length)] as T
  }

  chance(share: number): boolean {
    return this.next() < share
  }

  digits(length: number): string {
    return Array.from({ length }, (_, index) => (index === 0 ? 1 + this.int(9) : this.int(10))).join('')
  }
}
