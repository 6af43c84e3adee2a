import type { AccountEvent, ExecutionReport } from '@tradercoin/protocol'

/* The last look at an event before it is stored: whatever an adapter lets through, no text that is not a number becomes money. */

const decimal = /^-?(0|[1-9]\d*)(\.\d+)?$/

const decimalFields = {
  order: ['price', 'stop_price', 'quantity', 'venue_quantity', 'executed_qty', 'venue_average_price'],
  execution: ['price', 'quantity', 'quote_qty', 'fee', 'realized_pnl'],
  balance: ['total', 'available', 'locked'],
  position: [
    'quantity',
    'entry_price',
    'mark_price',
    'unrealized_pnl',
    'realized_pnl',
    'leverage',
    'liquidation_price',
  ],
} as const

/** @returns why an event cannot be stored, naming the field; null when it can */
export function findProblem(event: AccountEvent): string | null {
  switch (event.kind) {
    case 'order':
      return check('order', event.order, event.order.update_time) ?? checkExecution(event.execution)
    case 'execution':
      return checkExecution(event.execution)
    case 'balance':
      return check('balance', event.balance, event.balance.update_time)
    case 'position':
      return check('position', event.position, event.position.update_time)
    case 'amend_refused':
      return Number.isSafeInteger(event.refusal.time) ? null : 'amend_refused has no time'
    case 'raw':
      return null
  }
}

function checkExecution(execution: ExecutionReport | null): string | null {
  return execution && check('execution', execution, execution.time)
}

function check(kind: keyof typeof decimalFields, report: object, time: number): string | null {
  for (const field of decimalFields[kind]) {
    const value = (report as Record<string, unknown>)[field]
    if (value === null || value === undefined) continue
    if (typeof value !== 'string' || value.length > 80 || !decimal.test(value)) {
      return `${kind}.${field} is not a decimal number`
    }
  }
  return Number.isSafeInteger(time) ? null : `${kind} has no time`
}
