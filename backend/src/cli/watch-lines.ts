import type { Execution, KeyStatus, Order } from '@tradercoin/protocol'

/* One line a piece of news, in columns, for a terminal. */

const clock = new Intl.DateTimeFormat('en-GB', {
  hour: '2-digit',
  minute: '2-digit',
  second: '2-digit',
  fractionalSecondDigits: 3,
})

const columns = (time: number, ...cells: [string, number][]) =>
  plain([clock.format(time), ...cells.map(([text, width]) => text.padEnd(width))].join('  ').trimEnd())

const place = ({ exchange, trading_mode, symbol, side }: Order | Execution): [string, number][] => [
  [`${exchange} ${trading_mode}`, 15],
  [symbol, 14],
  [side, 4],
]

/** `12:00:00.000  order  binance spot     BTCUSDT         BUY   LIMIT        PARTIALLY_FILLED  0.2 of 0.5 @ 64210.5` */
export function orderLine(order: Order): string {
  const price = order.executed_price ?? order.price
  const filled = `${order.executed_qty} of ${order.quantity ?? '?'}${price === null ? '' : ` @ ${price}`}`
  const why = order.reason === null ? '' : `  (${order.reason})`
  return columns(
    order.update_time,
    ['order', 5],
    ...place(order),
    [order.type, 11],
    [order.status, 16],
    [filled + why, 0],
  )
}

/** `12:00:00.000  fill   binance spot     BTCUSDT         BUY   TRADE        0.2 @ 64210.5  fee 0.01 USDT` */
export function executionLine(execution: Execution): string {
  const { fee, fee_asset } = execution
  const paid = fee === null || fee_asset === null ? '' : `  fee ${fee} ${fee_asset}`
  const what = `${execution.quantity} @ ${execution.price}${paid}`
  return columns(execution.time, ['fill', 5], ...place(execution), [execution.kind, 11], [what, 0])
}

export function keyLine({ exchange_key_id, state, reason }: KeyStatus, now: number): string {
  return columns(now, ['key', 5], [`#${exchange_key_id} ${state}${reason === null ? '' : ` (${reason})`}`, 0])
}

export function connectionLine(text: string, now: number): string {
  return columns(now, ['--', 5], [text, 0])
}

/** What a venue wrote must not steer the terminal. */
function plain(text: string): string {
  return text.replace(/\p{Cc}/gu, '?')
}
