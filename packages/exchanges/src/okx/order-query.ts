import {
  type AccountEvent,
  addDecimal,
  compareDecimal,
  type Decimal,
  isZeroDecimal,
  multiplyDecimal,
  type OrderReport,
} from '@tradercoin/protocol'
import { ExchangeError } from '../errors.ts'
import type { Credentials, OrderRef } from '../exchange.ts'
import { decimalOrNull, textOrNull, timeOrNull } from '../fields.ts'
import type { Clock } from '../transport/clock.ts'
import { algoIdOf } from './algo-id.ts'
import { Findings, orderIdOf } from './findings.ts'
import type { InstrumentBook, InstrumentName } from './instrument-book.ts'
import { parseFills } from './parse-fills.ts'
import { type OkxRest, type OrderKey, readPages } from './rest.ts'
import type { RawAlgo, RawFill, RawOrder } from './wire.ts'
import { tradingMode } from './words.ts'

/** Just after placing, a query may not find the order yet: what is unknown is asked again before it is believed. */
const secondLooksMs = [300, 700, 1_000]

/** Every kind of conditional order; only the first two may be asked for together, and only while they wait. */
const waitingKinds = ['conditional,oco', 'trigger', 'move_order_stop', 'chase', 'iceberg', 'twap']
const endedKinds = ['conditional', 'oco', 'trigger', 'move_order_stop', 'chase', 'iceberg', 'twap']
/** The kinds that this hub places, and how they may have ended. */
const placedKinds = ['conditional', 'move_order_stop']
const endedStates = ['effective', 'canceled', 'order_failed']

export interface QueryParts {
  rest: OkxRest
  clock: Clock
  instruments: InstrumentBook
}

/**
 * One order with its executions; a triggered conditional order comes with the order it made. A client id may name either kind. Null
 * when the venue does not know it after a second look. Throws ExchangeError.
 */
export async function queryOrder(parts: QueryParts, who: Credentials, ref: OrderRef): Promise<AccountEvent[] | null> {
  const found = new Findings((instId) => parts.instruments.find(instId))
  const { algo, plain } = await findOrder(parts, who, ref)
  if (algo === null && plain === null) return null
  await learnFrom(parts.instruments, [algo ?? plain])
  if (algo !== null) {
    found.addAlgos([algo])
    for (const { orderId, symbol } of found.missingChildren()) {
      const child = await plainRow(parts, who, symbol, { ordId: orderId })
      if (child !== null) found.addOrders([child])
    }
  } else found.addOrders([plain])
  for (const order of found.orders.values()) {
    if (!isZeroDecimal(order.executed_qty)) found.add(await executionsOf(parts, who, order, found))
  }
  return found.events()
}

/** The row of an ordinary order; null when the venue does not know it after a second look. Throws ExchangeError. */
export function plainRow(parts: QueryParts, who: Credentials, instId: string, key: OrderKey): Promise<unknown | null> {
  return withSecondLook(parts.clock, () => askPlain(parts.rest, who, instId, key))
}

/** The row of a conditional order that may still wait; null when the venue does not know it after a second look. Throws ExchangeError. */
export function liveAlgoRow(parts: QueryParts, who: Credentials, algoId: string): Promise<unknown | null> {
  return withSecondLook(parts.clock, async () => {
    const waiting = (await waitingAlgos(parts, who)).find((row) => idOfAlgo(row) === algoId)
    return waiting ?? algoRow(parts, who, algoId)
  })
}

/** The row of a conditional order that has ended; null when the venue does not know it. Throws ExchangeError. */
export async function algoRow({ rest }: QueryParts, who: Credentials, algoId: string): Promise<unknown | null> {
  for (const ordType of endedKinds) {
    const row = (await rest.algosHistory(who, { ordType, algoId })).find((each) => idOfAlgo(each) === algoId)
    if (row !== undefined) return row
  }
  return null
}

/** Every conditional order that waits. Throws ExchangeError. */
export async function waitingAlgos({ rest }: QueryParts, who: Credentials, kinds = waitingKinds): Promise<unknown[]> {
  const lists = await Promise.all(
    kinds.map((ordType) => readPages((after) => rest.algosPending(who, ordType, after), 'algoId')),
  )
  return lists.flat()
}

/**
 * Conditional orders of the usual kinds that have ended: of each kind and state at least all that were made since `since` (ms), else the
 * newest. Throws ExchangeError.
 */
export async function endedAlgos(
  { rest }: QueryParts,
  who: Credentials,
  kinds: readonly string[],
  since = Number.POSITIVE_INFINITY,
): Promise<unknown[]> {
  const isOlder = (row: unknown) => (timeOrNull((row as RawAlgo | null)?.cTime) ?? 0) < since
  const read = (ordType: string, state: string) =>
    readPages((after) => rest.algosHistory(who, { ordType, state, after }), 'algoId', isOlder)
  const asked = kinds.flatMap((ordType) => endedStates.map((state) => read(ordType, state)))
  return (await Promise.all(asked)).flat()
}

/**
 * The executions of an order that has been found, from its first on: three days back in one list, three months in the other.
 * Throws ExchangeError.
 */
export async function executionsOf(
  { rest, instruments }: QueryParts,
  who: Credentials,
  { order_id: ordId, symbol: instId, executed_qty }: Pick<OrderReport, 'order_id' | 'symbol' | 'executed_qty'>,
  found: Findings,
): Promise<AccountEvent[]> {
  const ofOrder = (rows: unknown[]) => rows.filter((row) => orderIdOf(row) === ordId)
  const unit = instruments.find(instId)?.unit ?? '1'
  let rows = ofOrder(await readPages((after) => rest.fills(who, { instId, ordId, after }), 'billId'))
  if (compareDecimal(multiplyDecimal(sizeOf(rows), unit), executed_qty) < 0) {
    const instType = found.productOf(ordId)
    const older = await readPages((after) => rest.fillsHistory(who, { instType, instId, ordId, after }), 'billId')
    rows = uniqueFills([...rows, ...ofOrder(older)])
  }
  return parseFills(
    rows,
    (id) => instruments.find(id),
    (id) => found.orderOf(id),
  )
}

/** Each fill once, where two lists overlap. */
export function uniqueFills(rows: readonly unknown[]): unknown[] {
  return [...new Map(rows.map((row) => [textOrNull((row as RawFill).billId) ?? row, row])).values()]
}

/** Fetches the contracts that these rows are about and that are not known yet. Throws ExchangeError. */
export async function learnFrom(instruments: InstrumentBook, rows: readonly unknown[]): Promise<void> {
  const names = new Map<string, InstrumentName>()
  for (const row of rows) {
    const { instType, instId } = (typeof row === 'object' && row !== null ? row : {}) as RawOrder
    if (typeof instType !== 'string' || typeof instId !== 'string' || instId === '') continue
    if (tradingMode(instType) === 'futures' && !instruments.find(instId)) names.set(instId, { instType, instId })
  }
  await instruments.learn([...names.values()])
}

/** The row of the order that is meant, of either kind; both null when the venue knows neither. */
async function findOrder(
  parts: QueryParts,
  who: Credentials,
  ref: OrderRef,
): Promise<{ algo: unknown; plain: unknown }> {
  await parts.instruments.ready()
  const { symbol, order_id: orderId, client_order_id: clientId } = ref
  const algoId = orderId === null ? null : algoIdOf(orderId)
  if (algoId !== null) return { algo: await liveAlgoRow(parts, who, algoId), plain: null }
  if (orderId !== null) return { algo: null, plain: await plainRow(parts, who, symbol, { ordId: orderId }) }
  const named = (rows: unknown[]) => rows.find((row) => (row as RawAlgo).algoClOrdId === clientId) ?? null
  let plain: unknown = null
  const algo = await withSecondLook(parts.clock, async () => {
    plain = await askPlain(parts.rest, who, symbol, { clOrdId: clientId ?? '' })
    return plain ?? named(await waitingAlgos(parts, who, placedKinds))
  })
  if (plain !== null) return { algo: null, plain }
  return { algo: algo ?? named(await endedAlgos(parts, who, placedKinds)), plain: null }
}

async function askPlain(rest: OkxRest, who: Credentials, instId: string, key: OrderKey): Promise<unknown | null> {
  try {
    return (await rest.order(who, instId, key))[0] ?? null
  } catch (error) {
    if (error instanceof ExchangeError && error.kind === 'not_found') return null
    throw error
  }
}

/** Looks again while nothing is found. */
async function withSecondLook(clock: Clock, ask: () => Promise<unknown | null>): Promise<unknown | null> {
  for (let look = 0; ; look += 1) {
    const row = await ask()
    const wait = secondLooksMs[look]
    if (row !== null || wait === undefined) return row
    await new Promise<void>((resolve) => clock.after(wait, resolve))
  }
}

function idOfAlgo(row: unknown): string | null {
  return textOrNull((row as RawAlgo).algoId)
}

function sizeOf(rows: readonly unknown[]): Decimal {
  return rows.reduce<Decimal>((sum, row) => addDecimal(sum, decimalOrNull((row as RawFill).fillSz) ?? '0'), '0')
}
