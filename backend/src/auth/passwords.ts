import { hash, parseOptions, verify } from '@node-rs/argon2'

/** Parameters of argon2id (the package's default algorithm); a hash made with others is made anew at the next login. */
const parameters = { memoryCost: 47_104, timeCost: 1, parallelism: 1 }
const atOnce = 4
const maxWaiting = 50

/** A hash of no one's password, so that an unknown user costs the same time as a known one. */
const nobody = '$argon2id$v=19$m=47104,t=1,p=1$yN7ZkMrqzMg1yGyYA1B5Pw$oG8+daQSz5yWwrUsisRyTHbZZPGwvY7deu1nTtNDLe0'

/** More passwords wait to be checked than the hub will queue. */
export class PasswordsBusy extends Error {
  override readonly name = 'PasswordsBusy'
}

/** Hashes and checks passwords, at most four at a time, for each takes 46 MiB. */
export class Passwords {
  #running = 0
  readonly #waiting: (() => void)[] = []

  /** @throws PasswordsBusy */
  async hash(password: string): Promise<string> {
    return this.#inTurn(() => hash(normal(password), parameters))
  }

  /**
   * Compares a password with a stored hash. With null (no such user) it does the same work and answers false.
   * @throws PasswordsBusy
   */
  async verify(stored: string | null, password: string): Promise<boolean> {
    const same = await this.#inTurn(() => verify(stored ?? nobody, normal(password)))
    return same && stored !== null
  }

  /** Whether the stored hash was made with other parameters than today's. */
  isOutdated(stored: string): boolean {
    const made = parseOptions(stored)
    return made.memoryCost !== parameters.memoryCost || made.timeCost !== parameters.timeCost
  }

  async #inTurn<T>(work: () => Promise<T>): Promise<T> {
    if (this.#running >= atOnce) {
      if (this.#waiting.length >= maxWaiting)
        throw new PasswordsBusy('Too many sign-ins at once; try again in a moment')
      await new Promise<void>((go) => this.#waiting.push(go))
    } else {
      this.#running++
    }
    try {
      return await work()
    } finally {
      const next = this.#waiting.shift()
      if (next) next()
      else this.#running--
    }
  }
}

/** One spelling for one password, however the keyboard composed its letters. */
const normal = (password: string) => password.normalize('NFC')
