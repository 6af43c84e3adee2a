import { Account, type Environment } from './account.ts'
import { dec } from './decimal.ts'
import type { TradingMode } from './instrument.ts'
import { Random } from './random.ts'

export interface NewAccount {
  exchange: string
  mode: TradingMode
  balances: Record<string, string>
  permissions: string[]
  publicKey?: string | undefined
  passphrase?: boolean
  activity?: boolean
  environment?: Environment | undefined
  ips?: string[] | undefined
}

/** All customers of all venues, by id and by API key. */
export class Accounts {
  readonly byId = new Map<string, Account>()
  readonly byKey = new Map<string, Account>()
  #random: Random
  #count = 0

  constructor(random: Random) {
    this.#random = random
  }

  reseed(seed: number): void {
    this.#random = new Random(seed)
  }

  create(request: NewAccount, now: number): Account {
    this.#count += 1
    let apiKey = this.#random.text(64)
    while (this.byKey.has(apiKey)) apiKey = this.#random.text(64)
    const account = new Account({
      id: `${request.exchange}-${request.mode}-${this.#count}`,
      exchange: request.exchange,
      mode: request.mode,
      uid: 354_000_000 + this.#count,
      createdAt: now,
      permissions: request.permissions,
      activity: request.activity ?? false,
      environment: request.environment,
      ips: request.ips,
      key: {
        apiKey,
        secret: request.publicKey ? '' : this.#random.text(64),
        passphrase: request.passphrase ? this.#random.text(12) : '',
        publicKey: request.publicKey ?? '',
        revoked: false,
      },
    })
    for (const [asset, amount] of Object.entries(request.balances)) account.wallet.credit(asset, dec(amount))
    account.wallet.updatedAt = now
    this.add(account)
    return account
  }

  add(account: Account): void {
    this.byId.set(account.id, account)
    if (!account.key.revoked) this.byKey.set(account.key.apiKey, account)
    const number = Number(account.id.slice(account.id.lastIndexOf('-') + 1))
    if (Number.isInteger(number)) this.#count = Math.max(this.#count, number)
  }

  revoke(account: Account): void {
    account.key.revoked = true
    this.byKey.delete(account.key.apiKey)
  }
}
