import type { AccountEvent } from '@tradercoin/protocol'
import type { AccountSnapshot, Credentials, OrderRef, SnapshotSince } from '../exchange.ts'
import { list, object, textOrNull, timeOrNull } from '../fields.ts'
import { closedPositions, emptiedBalances } from '../not-listed.ts'
import { rawEvent, readRows } from '../raw-event.ts'
import type { VenueClock } from '../transport/clock-offset.ts'
import { algoIdOf } from './algo-id.ts'
import { Findings, orderIdOf } from './findings.ts'
import {
  algoRow,
  endedAlgos,
  executionsOf,
  learnFrom,
  liveAlgoRow,
  plainRow,
  type QueryParts,
  uniqueFills,
  waitingAlgos,
} from './order-query.ts'
import { parseBalance, parsePosition } from './parse-account.ts'
import { parseFills } from './parse-fills.ts'
import { isForced, OtherProduct } from './parse-order.ts'
import { readPages } from './rest.ts'
import type { RawAccount, RawAlgo, RawFill } from './wire.ts'

const hourMs = 60 * 60_000
const dayMs = 24 * hourMs
/** Queries look back a little further than what is known: the venue's database may lag behind its stream. */
const overlapMs = 60_000
/** How far back the first snapshot of a key goes for what has ended already. */
const firstLookMs = dayMs
/** How long the venue keeps what: canceled without a fill, fills in the short list, orders in the short list, everything. */
const unfilledMs = 2 * hourMs
const recentFillsMs = 3 * dayMs - overlapMs
const recentOrdersMs = 7 * dayMs - overlapMs
const retentionMs = 90 * dayMs

const products = ['SPOT', 'MARGIN', 'SWAP', 'FUTURES'] as const
const commonAlgos = ['conditional', 'oco', 'trigger', 'move_order_stop']

export interface SnapshotParts extends QueryParts {
  venueClock: VenueClock
}

/**
 * Reads an account so that nothing the venue can still tell is missing since `since`: open orders of both kinds, fills and closed
 * orders of all products, orders that were open and are listed nowhere one by one, balances and positions.
 * Throws ExchangeError; a failed query fails the whole, for half a snapshot would look like a flat account.
 */
export async function fetchOkxSnapshot(
  parts: SnapshotParts,
  who: Credentials,
  since: SnapshotSince,
): Promise<AccountSnapshot> {
  const { rest, instruments } = parts
  const asOf = await parts.venueClock.now()
  await instruments.ready()
  const known = since.time === null ? asOf - firstLookMs : since.time - overlapMs
  const begin = Math.max(asOf - retentionMs, known)
  const found = new Findings((instId) => instruments.find(instId))

  const [accounts, positions, open, waiting, fills, closed, ended] = await Promise.all([
    rest.balance(who),
    rest.positions(who),
    readPages((after) => rest.ordersPending(who, after), 'ordId'),
    waitingAlgos(parts, who),
    readFills(parts, who, begin, asOf),
    readClosed(parts, who, begin, asOf),
    endedAlgos(parts, who, commonAlgos, begin),
  ])
  await learnFrom(instruments, [...positions, ...open, ...waiting, ...fills, ...closed, ...ended])
  found.addOrders([...open, ...closed])
  found.addAlgos([...waiting, ...ended.filter((row) => changedAt(row) >= begin)])

  const lost = await readVanished(parts, who, since, found)
  await readRelated(parts, who, fills, found)
  await addExecutions(parts, who, fills, { begin, isFirst: since.time === null }, found)
  return {
    events: [
      ...found.events(),
      ...balanceEvents(accounts, since, asOf),
      ...positionEvents(parts, positions, since, asOf),
    ],
    as_of: asOf,
    lost,
    unproven: unprovenOf(since, asOf, lost.length),
  }
}

/** Every fill since `begin`, newest first within each product. */
async function readFills({ rest }: SnapshotParts, who: Credentials, begin: number, asOf: number): Promise<unknown[]> {
  const recent = String(Math.max(begin, asOf - recentFillsMs))
  const rows = await readPages((after) => rest.fills(who, { begin: recent, after }), 'billId')
  if (begin >= asOf - recentFillsMs) return rows
  const older = await Promise.all(
    products.map((instType) =>
      readPages((after) => rest.fillsHistory(who, { instType, begin: String(begin), after }), 'billId'),
    ),
  )
  return uniqueFills([...rows, ...older.flat()])
}

/** Orders created since `begin` that have ended. Older ones that ended since are found by their fills, or one by one. */
async function readClosed({ rest }: SnapshotParts, who: Credentials, begin: number, asOf: number): Promise<unknown[]> {
  const read = async (instType: string) => {
    const recent = String(Math.max(begin, asOf - recentOrdersMs))
    const rows = await readPages((after) => rest.ordersHistory(who, { instType, begin: recent, after }), 'ordId')
    if (begin >= asOf - recentOrdersMs) return rows
    const from = String(begin)
    return [
      ...rows,
      ...(await readPages((after) => rest.ordersArchive(who, { instType, begin: from, after }), 'ordId')),
    ]
  }
  return (await Promise.all(products.map(read))).flat()
}

/** Orders that were open and are listed nowhere any more. Returns those that the venue does not know. */
async function readVanished(
  parts: SnapshotParts,
  who: Credentials,
  since: SnapshotSince,
  found: Findings,
): Promise<OrderRef[]> {
  const lost: OrderRef[] = []
  for (const ref of since.open_orders) {
    const { symbol, order_id: orderId } = ref
    if (orderId === null || found.has(orderId)) continue
    const algoId = algoIdOf(orderId)
    const row =
      algoId === null ? await plainRow(parts, who, symbol, { ordId: orderId }) : await liveAlgoRow(parts, who, algoId)
    if (row === null) lost.push(ref)
    else {
      await learnFrom(parts.instruments, [row])
      if (algoId === null) found.addOrders([row])
      else found.addAlgos([row])
    }
  }
  return lost
}

/** Orders that fills, conditional orders or children point to and that no list had. */
async function readRelated(parts: SnapshotParts, who: Credentials, fills: readonly unknown[], found: Findings) {
  const wanted = new Map<string, string>()
  for (const row of fills) {
    const orderId = orderIdOf(row)
    const instId = textOrNull((row as RawFill).instId)
    if (orderId !== null && instId !== null && !found.has(orderId)) wanted.set(orderId, instId)
  }
  for (const { orderId, symbol } of found.missingChildren()) wanted.set(orderId, symbol)
  for (const [ordId, instId] of wanted) {
    const row = await plainRow(parts, who, instId, { ordId })
    if (row !== null) found.addOrders([row])
  }
  for (const parent of found.missingParents()) {
    const row = await algoRow(parts, who, algoIdOf(parent) ?? parent)
    if (row !== null) found.addAlgos([row])
  }
}

/**
 * The fills as executions. Forced ones are numbered by what their order had executed before, so all fills of such an order are read;
 * so are those of an order that had begun to fill before a new key's first look back.
 */
async function addExecutions(
  parts: SnapshotParts,
  who: Credentials,
  fills: readonly unknown[],
  { begin, isFirst }: { begin: number; isFirst: boolean },
  found: Findings,
) {
  const whole = new Set<string>()
  for (const row of fills) {
    const orderId = orderIdOf(row)
    if (orderId !== null && isForced(textOrNull((row as RawFill).tradeId) ?? '0')) whole.add(orderId)
  }
  for (const order of found.orders.values()) {
    const isOlder = isFirst && order.status === 'PARTIALLY_FILLED' && (order.create_time ?? 0) < begin
    if (isOlder) whole.add(order.order_id)
  }
  const rest = fills.filter((row) => !whole.has(orderIdOf(row) ?? ''))
  found.add(
    parseFills(
      rest,
      (instId) => parts.instruments.find(instId),
      (orderId) => found.orderOf(orderId),
    ),
  )
  for (const orderId of whole) {
    const order = found.orders.get(orderId)
    if (order !== undefined) found.add(await executionsOf(parts, who, order, found))
  }
}

/** The balances now, with a zero for each known coin that is no longer listed: only what is not zero is. */
function balanceEvents(accounts: readonly unknown[], since: SnapshotSince, asOf: number): AccountEvent[] {
  const account: RawAccount = object(accounts[0] ?? {}, 'account')
  const toldAt = timeOrNull(account.uTime) ?? asOf
  const events = readRows('balance', list(account.details, 'details'), (entry) => [
    { kind: 'balance', balance: parseBalance(entry, toldAt) },
  ])
  return [...events, ...emptiedBalances(events, since, toldAt)]
}

function positionEvents(
  { instruments }: SnapshotParts,
  rows: readonly unknown[],
  since: SnapshotSince,
  asOf: number,
): AccountEvent[] {
  const events = readRows('position', rows, (row): AccountEvent[] => {
    try {
      return [{ kind: 'position', position: parsePosition(row, (instId) => instruments.find(instId), asOf) }]
    } catch (error) {
      if (error instanceof OtherProduct) return [rawEvent('position', JSON.stringify(row), null)]
      throw error
    }
  })
  return [...events, ...closedPositions(events, since, asOf)]
}

function unprovenOf(since: SnapshotSince, asOf: number, lost: number): string | null {
  const unproven: string[] = []
  if (lost > 0) {
    unproven.push(`${lost} orders that were open are no longer known to OKX: they have ended, how cannot be told.`)
  }
  if (since.time === null) return unproven[0] ?? null
  if (since.time < asOf - retentionMs) unproven.push('OKX keeps 90 days: what happened before cannot be told.')
  if (since.time < asOf - unfilledMs) {
    unproven.push(
      'OKX keeps an order that was canceled unfilled for 2 hours: older ones that nobody knew of cannot be told.',
    )
  }
  return unproven.length === 0 ? null : unproven.join(' ')
}

function changedAt(row: unknown): number {
  const { uTime, cTime } = (typeof row === 'object' && row !== null ? row : {}) as RawAlgo
  return timeOrNull(uTime) ?? timeOrNull(cTime) ?? 0
}
