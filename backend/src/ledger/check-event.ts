import type { AccountEvent } from '@tradercoin/protocol'

/* The last look at an event before it is stored: whatever an adapter lets through, no text that is not a number becomes money. */

const decimal = /^-?(0|[1-9]\d*)(\.\d+)?$/

const decimalFields = {
  order: ['price', 'stop_price', 'quantity', 'executed_qty', 'venue_average_price'],
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

/** @throws naming the field that cannot be stored */
export function checkEvent(event: AccountEvent): void {
  if (event.kind === 'order') check('order', event.order, event.order.update_time)
  if ((event.kind === 'order' || event.kind === 'execution') && event.execution) {
    check('execution', event.execution, event.execution.time)
  }
  if (event.kind === 'balance') check('balance', event.balance, event.balance.update_time)
  if (event.kind === 'position') check('position', event.position, event.position.update_time)
}

function check(kind: keyof typeof decimalFields, report: object, time: number): void {
  for (const field of decimalFields[kind]) {
    const value = (report as Record<string, unknown>)[field]
    if (value === null) continue
    if (typeof value !== 'string' || value.length > 80 || !decimal.test(value)) {
      throw new TypeError(`${kind}.${field} is not a decimal number`)
    }
  }
  if (!Number.isSafeInteger(time)) throw new TypeError(`${kind} has no time`)
}
