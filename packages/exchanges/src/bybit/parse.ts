import type { AccountEvent, ExecutionReport, MarginMode, OrderReport } from '@tradercoin/protocol'
import { list, ShapeError, textOrNull, timeOrNull } from '../fields.ts'
import { problemOf, rawEvent, readRows } from '../raw-event.ts'
import { type Category, type InstrumentBook, isCategory, isOtherCategory } from './category.ts'
import { parseCoin, parsePosition, walletCoins } from './parse-account.ts'
import { parseExecution } from './parse-execution.ts'
import { parseOrder } from './parse-order.ts'
import type { RawFrame } from './wire.ts'

/** What a frame alone does not tell. */
export interface ParseContext {
  instruments: InstrumentBook
  /** The side of a hedge that an order belongs to, where it was told. */
  positionSideOf(orderId: string): OrderReport['position_side']
  /** The account's, as far as it has been read. */
  marginMode: MarginMode | null
}

/**
 * One push of the private stream in our records; what is unknown or misshapen is kept raw, each row by itself. Never throws.
 * `{"id":"…","topic":"order","creationTime":1795336000123,"data":[{"category":"linear",…}]}`
 * https://bybit-exchange.github.io/docs/v5/ws/connect
 *
 * @param frame the parsed frame @param payload its text, for raw events @param receivedAt our clock (ms), for a frame without a time
 */
export function parseStreamFrame(
  frame: unknown,
  payload: string,
  context: ParseContext,
  receivedAt: number,
): AccountEvent[] {
  if (typeof frame !== 'object' || frame === null || Array.isArray(frame)) {
    return [rawEvent('unknown', payload, 'the frame is not an event')]
  }
  const { topic, creationTime, data }: RawFrame = frame
  const name = textOrNull(topic)?.slice(0, 64) ?? 'unknown'
  const toldAt = timeOrNull(creationTime) ?? receivedAt
  try {
    // `order` and `order.linear` are the same topic; `execution.fast` knows no fee and repeats what `execution` tells.
    switch (/^(order|execution|position|wallet)(?:\.(?:spot|linear|inverse|option))?$/.exec(name)?.[1]) {
      case 'order':
        return readRows(name, list(data, 'data'), (row) =>
          ofCategory(name, row, (category) => [
            { kind: 'order', order: parseOrder(row, category, toldAt), execution: null },
          ]),
        )
      case 'execution':
        return readRows(name, list(data, 'data'), (row) =>
          ofCategory(name, row, (category) => executionEvents(name, row, category, context)),
        )
      case 'position':
        return readRows(name, list(data, 'data'), (row) =>
          ofCategory(name, row, () => [{ kind: 'position', position: parsePosition(row, context.marginMode, toldAt) }]),
        )
      case 'wallet':
        return readRows(name, list(data, 'data'), (entry) => walletEvents(entry, toldAt))
      default:
        return [rawEvent(name, payload, 'the topic is not known')]
    }
  } catch (error) {
    return [rawEvent(name, payload, problemOf(error))]
  }
}

/** Options and event contracts are kept as they came; a category that is not known at all is a problem. Throws ShapeError. */
function ofCategory(topic: string, row: unknown, read: (category: Category) => AccountEvent[]): AccountEvent[] {
  const category = typeof row === 'object' && row !== null && 'category' in row ? row.category : undefined
  if (isCategory(category)) return read(category)
  if (isOtherCategory(category)) return [rawEvent(topic, JSON.stringify(row), null)]
  throw new ShapeError('unknown category')
}

function executionEvents(topic: string, row: unknown, category: Category, context: ParseContext): AccountEvent[] {
  const orderId = typeof row === 'object' && row !== null && 'orderId' in row ? row.orderId : null
  const position_side = typeof orderId === 'string' ? context.positionSideOf(orderId) : null
  const execution = parseExecution(row, category, context.instruments, { position_side })
  return [
    execution === null ? rawEvent(`${topic} funding`, JSON.stringify(row), null) : { kind: 'execution', execution },
  ]
}

/** The coins of one wallet. Throws ShapeError when it has none. */
export function walletEvents(entry: unknown, toldAt: number): AccountEvent[] {
  const { coins, isIsolated } = walletCoins(entry)
  return readRows('wallet', coins, (coin) => [{ kind: 'balance', balance: parseCoin(coin, isIsolated, toldAt) }])
}

/** Rows of the order queries. */
export function parseOrderRows(rows: readonly unknown[], category: Category): AccountEvent[] {
  return readRows('order', rows, (row) => [{ kind: 'order', order: parseOrder(row, category, null), execution: null }])
}

/** Rows of /v5/execution/list without the funding among them, oldest first: the venue does not sort those of one millisecond. */
export function parseExecutionRows(
  rows: readonly unknown[],
  category: Category,
  instruments: InstrumentBook,
  orderOf: (orderId: string) => OrderReport | null,
): AccountEvent[] {
  const events = readRows('execution', rows, (row) => {
    const found = parseExecution(row, category, instruments, null)
    if (found === null) return []
    const order = orderOf(found.order_id)
    const position_side = order?.position_side ?? null
    return [{ kind: 'execution', execution: { ...found, position_side } }]
  })
  return events.sort((a, b) => compareExecutions(executionOf(a), executionOf(b)))
}

const executionOf = (event: AccountEvent) => (event.kind === 'execution' ? event.execution : null)

function compareExecutions(a: ExecutionReport | null, b: ExecutionReport | null): number {
  if (a === null || b === null) return Number(a === null) - Number(b === null) // not money: a yes or no
  return a.time - b.time || (a.trade_id < b.trade_id ? -1 : 1)
}
