import type { Account } from './account.ts'
import { isEnding } from './booking-queue.ts'
import type { ComparisonPlan } from './comparison-plan.ts'
import { completionPatienceMs, IncompleteOrders } from './incomplete-orders.ts'
import { settleOpenRequests } from './open-requests.ts'

/** A look that failed is repeated after this. */
const lookAgainAfterFailureMs = 15_000

/** The account's stream as of now. */
export interface StreamLine {
  /** Another with each change of the line: what was begun on an earlier one does not speak for this one. */
  number: number
  /** Our clock (ms) since when it is up; null while it is not. */
  upSince: number | null
}

/**
 * What of one account the venue is asked about order by order: our own requests whose outcome the stream has not told, and orders of
 * which an execution is missing. An answer that the stream should have told first makes the stream suspect.
 */
export class LookUps {
  private readonly account: Pick<Account, 'key' | 'exchange' | 'parts' | 'queue'>
  private readonly lineNow: () => StreamLine
  private readonly comparison: ComparisonPlan
  private readonly incomplete: IncompleteOrders
  private at: number | null = null
  private isLooking = false
  private isClosed = false

  constructor(account: LookUps['account'], lineNow: () => StreamLine, comparison: ComparisonPlan) {
    this.account = account
    this.lineNow = lineNow
    this.comparison = comparison
    this.incomplete = new IncompleteOrders(account)
  }

  /** When to look (our clock, ms); null when there is nothing to look for, or a look is under way. */
  get dueAt(): number | null {
    return this.isLooking || this.isClosed ? null : this.at
  }

  /** A placing, a change or a cancel is on its way: unless the stream tells how it ended, the venue is asked. */
  expectOutcome(inMs: number): void {
    const at = this.account.parts.clock.now() + inMs
    this.at = Math.min(this.at ?? at, at)
  }

  /** Executions of these orders (our row ids) are missing: unless the stream brings them, the venue is asked. */
  expectExecutions(ids: readonly number[]): void {
    this.incomplete.note(ids)
    this.expectOutcome(completionPatienceMs)
  }

  /** Asks the venue now. */
  async run(): Promise<void> {
    this.isLooking = true
    this.at = null
    // One that fails does not keep the other.
    await this.look(() => this.settleRequests())
    await this.look(() => this.completeOrders())
    this.isLooking = false
  }

  close(): void {
    this.isClosed = true
  }

  /** `ask` resolves in how many ms to look again; null: not before something new happens. */
  private async look(ask: () => Promise<number | null>): Promise<void> {
    try {
      const nextInMs = await ask()
      if (nextInMs !== null) this.expectOutcome(nextInMs)
    } catch (error) {
      if (isEnding(error)) return
      const problem = error instanceof Error ? error.message : String(error)
      this.account.parts.log('info', 'look_up_failed', { exchange_key_id: this.account.key.id, problem })
      this.expectOutcome(lookAgainAfterFailureMs)
    }
  }

  private async settleRequests(): Promise<number | null> {
    const line = this.lineNow()
    const { nextInMs, isStreamBehind } = await settleOpenRequests(this.account, line.upSince)
    if (isStreamBehind) this.suspect(line)
    return nextInMs
  }

  private async completeOrders(): Promise<number | null> {
    const line = this.lineNow()
    const { executions, isLacking, nextInMs } = await this.incomplete.complete()
    if (executions > 0) {
      const { parts, key } = this.account
      parts.log('warn', 'missing_fill_found', { exchange_key_id: key.id, executions })
      this.suspect(line)
    }
    if (isLacking) this.comparison.doubt()
    return nextInMs
  }

  private suspect(line: StreamLine): void {
    if (line.number === this.lineNow().number) this.comparison.suspect()
  }
}
