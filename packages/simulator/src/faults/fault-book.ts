import type { TradingMode } from '../engine/instrument.ts'

export const FAULT_KINDS = [
  'drop_connection',
  'silent_stream',
  'delay',
  'duplicate_events',
  'reorder_events',
  'lose_events',
  'expire_listen_key',
  'reject_upgrade',
  'http_error',
  'ban_ip',
  'ambiguous_place',
  'clock_skew',
  'service_upgrade_notice',
  'malformed_frame',
  'margin_call',
  'lost_cancel',
] as const

export type FaultKind = (typeof FAULT_KINDS)[number]

/** Whom a fault may hit: one account, one venue, or (nothing given) everyone. */
export interface FaultScope {
  accountId?: string | undefined
  exchange?: string | undefined
  mode?: TradingMode | undefined
}

export interface Fault {
  id: number
  kind: FaultKind
  scope: FaultScope
  /** How many more times it strikes; null when only time ends it. */
  left: number | null
  /** Real time at which it ends; null when only the count ends it. */
  until: number | null
  settings: Record<string, unknown>
}

/** The faults that are armed. Looking costs nothing while there are none. */
export class FaultBook {
  #faults: Fault[] = []
  #nextId = 1

  get empty(): boolean {
    return this.#faults.length === 0
  }

  add(fault: Omit<Fault, 'id'>): Fault {
    const added = { ...fault, id: this.#nextId++ }
    this.#faults.push(added)
    return added
  }

  clear(scope: FaultScope = {}): number {
    const before = this.#faults.length
    this.#faults = this.#faults.filter(
      (fault) => scope.accountId !== undefined && fault.scope.accountId !== scope.accountId,
    )
    return before - this.#faults.length
  }

  remove(id: number): boolean {
    const before = this.#faults.length
    this.#faults = this.#faults.filter((fault) => fault.id !== id)
    return before !== this.#faults.length
  }

  list(): Fault[] {
    this.#prune()
    return [...this.#faults]
  }

  /** The first armed fault of a kind that covers the target, without using it up. */
  active(kind: FaultKind, target: FaultScope, fits?: (fault: Fault) => boolean): Fault | undefined {
    if (this.#faults.length === 0) return undefined
    this.#prune()
    return this.#faults.find((fault) => fault.kind === kind && covers(fault.scope, target) && (!fits || fits(fault)))
  }

  /** The same, and one strike of its count is used up. */
  take(kind: FaultKind, target: FaultScope, fits?: (fault: Fault) => boolean): Fault | undefined {
    const fault = this.active(kind, target, fits)
    if (fault?.left != null) fault.left -= 1
    return fault
  }

  #prune(): void {
    const now = Date.now()
    this.#faults = this.#faults.filter(
      (fault) => (fault.left === null || fault.left > 0) && (fault.until === null || fault.until > now),
    )
  }
}

function covers(scope: FaultScope, target: FaultScope): boolean {
  if (scope.accountId !== undefined && scope.accountId !== target.accountId) return false
  if (scope.exchange !== undefined && scope.exchange !== target.exchange) return false
  // A target without a mode is a venue of both.
  return scope.mode === undefined || target.mode === undefined || scope.mode === target.mode
}
