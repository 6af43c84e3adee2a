import { createExchange, type Exchange, paperEndpoints, systemClock, type Transport } from '@tradercoin/exchanges'
import type { TradingMode } from '@tradercoin/protocol'
import type { Database } from '../../src/store/database.ts'

export interface PaperAccount {
  account_id: string
  api_key: string
  api_secret: string
}

/** The paper exchange's own record of an account. */
export interface PaperLedger {
  orders: { order_id: string; symbol: string; status: string; quantity: string; executed_qty: string }[]
  executions: { trade_id: string; order_id: string; symbol: string; price: string; quantity: string }[]
  balances: Record<string, string>
}

/** The levers of a running paper exchange, for Binance in one mode. */
export class Paper {
  readonly url: string
  readonly mode: TradingMode

  constructor(url: string, mode: TradingMode) {
    this.url = url
    this.mode = mode
  }

  async account(): Promise<PaperAccount> {
    return (await this.post('/sim/accounts', { exchange: 'binance', trading_mode: this.mode })) as PaperAccount
  }

  /** An order placed in the exchange's own app. */
  async order(account: PaperAccount, order: object): Promise<{ order_id: string }> {
    return (await this.post('/sim/orders', { account_id: account.account_id, ...order })) as { order_id: string }
  }

  async fault(kind: string, settings: object): Promise<void> {
    await this.post('/sim/faults', { kind, ...settings })
  }

  async post(path: string, body: object): Promise<unknown> {
    const headers = { 'content-type': 'application/json' }
    const response = await fetch(this.url + path, { method: 'POST', headers, body: JSON.stringify(body) })
    if (!response.ok) throw new Error(`${path}: ${await response.text()}`)
    return response.json()
  }

  async ledger(account: PaperAccount): Promise<PaperLedger> {
    const response = await fetch(`${this.url}/sim/ledger?account_id=${account.account_id}`)
    return (await response.json()) as PaperLedger
  }

  /** The adapter that speaks to it. */
  connect(): Exchange {
    const transport: Transport = { clock: systemClock, budget: 'off', ca: null, log: () => {}, onBudget: () => {} }
    const endpoints = paperEndpoints(this.url, 'binance', this.mode)
    return createExchange('binance', this.mode, { environment: 'paper', region: null, endpoints, transport })
  }
}

/** Gives a test key the secrets of a paper account; test keys are not sealed. */
export function setSecrets(db: Database, keyId: number, { api_key, api_secret }: PaperAccount): void {
  const bytes = (text: string) => new TextEncoder().encode(text)
  db.run(
    'UPDATE exchange_keys SET api_key_sealed = ?, api_secret_sealed = ? WHERE id = ?',
    bytes(api_key),
    bytes(api_secret),
    keyId,
  )
}
