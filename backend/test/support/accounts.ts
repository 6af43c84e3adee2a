import type { Clock, Exchange } from '@tradercoin/exchanges'
import type { Gap, KeyLink, KeyStatus } from '@tradercoin/protocol'
import type { AccountsOptions } from '../../src/accounts/accounts.ts'
import { Accounts } from '../../src/accounts/accounts.ts'
import type { CommittedEvent } from '../../src/store/outbox.ts'
import type { Store } from '../../src/store/store.ts'
import { openTestStore } from './store.ts'

/** Accounts on a real store, with everything they tell written down. */
export class AccountsBench {
  readonly store: Store
  readonly accounts: Accounts
  readonly events: CommittedEvent[] = []
  readonly statuses: KeyStatus[] = []
  readonly interruptions: string[] = []
  readonly gaps: Gap[] = []
  readonly logged: string[] = []
  /** The details that went to the log alone. */
  readonly problems: unknown[] = []

  constructor(store: Store, clock: Clock, exchange: Exchange, options: Partial<AccountsOptions>) {
    this.store = store
    store.writer.onCommitted((events) => this.events.push(...events))
    this.accounts = new Accounts({
      clock,
      writer: store.writer,
      db: store.db,
      unseal: ({ api_key_sealed, api_secret_sealed }) => ({
        api_key: text(api_key_sealed),
        api_secret: text(api_secret_sealed),
        passphrase: null,
      }),
      sealListenKey: (_, listenKey) => new TextEncoder().encode(listenKey),
      lastPrice: async () => null,
      exchangeFor: () => exchange,
      observer: {
        booked: () => {},
        interrupted: (_, cause) => this.interruptions.push(cause),
        gapEnded: (_, gap) => this.gaps.push(gap),
      },
      log: (_, event, fields) => {
        this.logged.push(event)
        if (fields.problem !== undefined) this.problems.push(fields.problem)
      },
      ...options,
    })
    this.accounts.onKeyStatus((_, status) => this.statuses.push(status))
  }

  static async open(
    path: string,
    clock: Clock,
    exchange: Exchange,
    options: Partial<AccountsOptions> = {},
  ): Promise<AccountsBench> {
    return new AccountsBench(await openTestStore(path, { clock }), clock, exchange, options)
  }

  /** The records of one type of event, in the order they were committed. */
  records<T>(type: CommittedEvent['type']): T[] {
    return this.events.filter((event) => event.type === type).map(({ frame }) => JSON.parse(frame).data as T)
  }

  state(keyId = 1): string | undefined {
    return this.accounts.get(keyId)?.status().state
  }

  /** The key's link as tabs are told of it; undefined when it does not run. */
  link(keyId = 1): KeyLink | undefined {
    const account = this.accounts.get(keyId)
    return account && { ...account.status(), age_ms: account.ageMs() }
  }

  async close(): Promise<void> {
    await this.accounts.close(5_000)
    await this.store.close()
  }
}

const text = (bytes: Uint8Array | null) => new TextDecoder().decode(bytes ?? new Uint8Array())
