import { ExchangeError } from '@tradercoin/exchanges'
import { compareDecimal, type Decimal } from '@tradercoin/protocol'
import { missingQuantity } from '../ledger/missing-quantity.ts'
import { findStored, type OrderState } from '../store/orders.ts'
import type { Account } from './account.ts'
import { credentialsOf } from './credentials.ts'

/** A missing execution may be the next event of the stream: this long it is waited for before the venue is asked. */
export const completionPatienceMs = 2_000

type Asking = Pick<Account, 'key' | 'exchange' | 'parts' | 'queue'>

/** What asking about incomplete orders brought. */
export interface Completion {
  /** Executions that the stream had not told. */
  executions: number
  /** Whether the venue's answer left an order incomplete. */
  isLacking: boolean
  /** In how many ms to ask again; null when no order waits. */
  nextInMs: number | null
}

/**
 * Orders of one account of which the venue has executed more than the known executions add up to: proof that a fill is missing.
 * The venue is asked about each, unless the stream completes it first; what it cannot complete is asked again only once more is
 * missing, so that executions from before the key was added are not asked for with every fill.
 */
export class IncompleteOrders {
  private readonly account: Asking
  /** Our row id of an order, and our clock (ms) when the venue is to be asked. */
  private readonly waiting = new Map<number, number>()
  /** What is missing of an order though the venue was asked. */
  private readonly lacking = new Map<number, Decimal>()

  constructor(account: Asking) {
    this.account = account
  }

  note(ids: readonly number[]): void {
    const at = this.account.parts.clock.now() + completionPatienceMs
    for (const id of ids) if (!this.waiting.has(id)) this.waiting.set(id, at)
  }

  /** Asks about the orders that have waited long enough. Throws ExchangeError when the venue does not answer: they wait on. */
  async complete(): Promise<Completion> {
    const { clock } = this.account.parts
    const completion: Completion = { executions: 0, isLacking: false, nextInMs: null }
    for (const [id, dueAt] of [...this.waiting]) {
      if (dueAt > clock.now()) continue
      this.waiting.delete(id)
      await this.ask(id, completion)
    }
    for (const dueAt of this.waiting.values()) {
      const inMs = Math.max(0, dueAt - clock.now())
      completion.nextInMs = Math.min(completion.nextInMs ?? inMs, inMs)
    }
    return completion
  }

  private async ask(id: number, completion: Completion): Promise<void> {
    const { key, exchange, queue, parts } = this.account
    const state = this.stateOf(id)
    const missing = state && missingQuantity(state)
    const lacking = this.lacking.get(id)
    if (!missing || !state.facts) this.lacking.delete(id)
    else if (lacking === undefined || compareDecimal(missing, lacking) > 0) {
      try {
        const events = await exchange.fetchOrder(credentialsOf(parts, key), state.facts)
        if (events !== null) completion.executions += (await queue.bookNow(events, false)).execution
      } catch (error) {
        // A refusal will not change; anything else may have an answer later.
        if (!(error instanceof ExchangeError) || error.kind !== 'refused') {
          if (!this.waiting.has(id)) this.waiting.set(id, parts.clock.now())
          throw error
        }
      }
      this.noteLacking(id, completion)
    }
  }

  private noteLacking(id: number, completion: Completion): void {
    const state = this.stateOf(id)
    const missing = state && missingQuantity(state)
    if (!missing) {
      this.lacking.delete(id)
      return
    }
    this.lacking.set(id, missing)
    completion.isLacking = true
  }

  private stateOf(id: number): OrderState | undefined {
    const { parts, key } = this.account
    return findStored(parts.db, { user_id: key.user_id }, id)?.state
  }
}
