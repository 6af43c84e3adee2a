import { Person, sim } from '../e2e/hub-api.ts'
import { Tab } from './tab.ts'

/** One key of a person and the paper account behind it. */
export interface Account {
  keyId: number
  accountId: string
  exchange: string
}

export interface Member {
  person: Person
  userId: number
  accounts: Account[]
  tabs: Tab[]
}

/** Every kind of key: one of each venue, and one of each market where a key covers one only. */
const kinds = [
  { exchange: 'binance', trading_mode: 'spot' },
  { exchange: 'binance', trading_mode: 'futures' },
  { exchange: 'okx', trading_mode: 'spot' },
  { exchange: 'bybit', trading_mode: 'futures' },
] as const

const riches = { USDT: '1000000000', USDC: '1000000000', BTC: '10000', ETH: '10000', SOL: '100000' }

/** Registers a member of the hub with an account of every kind, all live, and opens the tabs. */
export async function addMember(base: string, paper: string, index: number, tabsPerUser: number): Promise<Member> {
  const person = await new Person(base, `prove${index}@example.org`).register()
  const { user } = await person.call<{ user: { id: number } }>('GET', '/auth/me')
  const accounts: Account[] = []
  for (const kind of kinds) {
    const account = await sim<{ account_id: string; api_key: string; api_secret: string; passphrase?: string }>(
      paper,
      'POST',
      '/accounts',
      { ...kind, balances: riches },
    )
    const { api_key, api_secret, passphrase } = account
    const key = await person.call<{ id: number }>('POST', '/trading/exchange-keys', {
      ...kind,
      environment: 'paper',
      api_key,
      api_secret,
      ...(passphrase && { passphrase }),
    })
    accounts.push({ keyId: key.id, accountId: account.account_id, exchange: kind.exchange })
  }
  for (const { keyId } of accounts) await person.keyIsLive(keyId)
  const token = freshToken(person)
  const tabs = Array.from(
    { length: tabsPerUser },
    (_, tab) => new Tab(base, `prove-${index}-tab-${tab}`, user.id, token),
  )
  return { person, userId: user.id, accounts, tabs }
}

/** A token that is never older than a few minutes, however long the proof runs. */
function freshToken(person: Person): () => Promise<string> {
  const goodForMs = 5 * 60_000
  let since = Date.now()
  return async () => {
    if (Date.now() - since > goodForMs) {
      const { email, password } = person
      person.token = (
        await person.call<{ access_token: string }>('POST', '/auth/login', { email, password })
      ).access_token
      since = Date.now()
    }
    return person.token
  }
}
