import { eventually } from './processes.ts'

/** One person of the hub, through its REST API. */
export class Person {
  readonly base: string
  readonly email: string
  readonly password: string
  token = ''

  constructor(base: string, email: string, password = 'correct horse battery') {
    this.base = base
    this.email = email
    this.password = password
  }

  async register(): Promise<this> {
    const answer = await this.call<{ access_token: string }>('POST', '/auth/register', {
      email: this.email,
      password: this.password,
    })
    this.token = answer.access_token
    return this
  }

  async call<T>(method: string, path: string, body?: unknown, headers: Record<string, string> = {}): Promise<T> {
    const answer = await fetch(`${this.base}/api/v1${path}`, {
      method,
      headers: {
        ...(this.token ? { authorization: `Bearer ${this.token}` } : {}),
        ...(body === undefined ? {} : { 'content-type': 'application/json' }),
        ...headers,
      },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    })
    const text = await answer.text()
    if (!answer.ok) throw new Error(`${method} ${path}: ${answer.status} ${text}`)
    return (text === '' ? null : JSON.parse(text)) as T
  }

  /** Makes an account on the paper exchange, adds its key to the hub and waits until its stream is live. */
  async addPaperAccount(paper: string, trading_mode: 'spot' | 'futures'): Promise<{ key: number; account: string }> {
    const account = await sim<{ account_id: string; api_key: string; api_secret: string }>(paper, 'POST', '/accounts', {
      exchange: 'binance',
      trading_mode,
    })
    const key = await this.call<{ id: number }>('POST', '/trading/exchange-keys', {
      exchange: 'binance',
      trading_mode,
      environment: 'paper',
      label: `${trading_mode} of ${this.email}`,
      api_key: account.api_key,
      api_secret: account.api_secret,
    })
    await this.keyIsLive(key.id)
    return { key: key.id, account: account.account_id }
  }

  async keyIsLive(id: number): Promise<void> {
    await eventually(`key ${id} is live`, async () => {
      const { items } = await this.call<{ items: { id: number; state: string }[] }>('GET', '/trading/exchange-keys')
      return items.find((key) => key.id === id)?.state === 'live'
    })
  }

  place(order: Record<string, unknown>): Promise<{ id: number; client_order_id: string; status: string }> {
    return this.call('POST', '/trading/orders', order, { 'idempotency-key': crypto.randomUUID() })
  }
}

/** The paper exchange's own controls. */
export async function sim<T>(base: string, method: string, path: string, body?: unknown): Promise<T> {
  const answer = await fetch(`${base}/sim${path}`, {
    method,
    ...(body === undefined ? {} : { headers: { 'content-type': 'application/json' }, body: JSON.stringify(body) }),
  })
  const text = await answer.text()
  if (!answer.ok) throw new Error(`${method} /sim${path}: ${answer.status} ${text}`)
  return (text === '' ? null : JSON.parse(text)) as T
}
