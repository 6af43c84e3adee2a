import {
  addDecimal,
  type Decimal,
  divideDecimal,
  type ExchangeId,
  type ExecutionsSummary,
  isTerminal,
  multiplyDecimal,
  type OrderFilter,
  type OrderStats,
  type OrderStatus,
  subtractDecimal,
  type TradingMode,
} from '@tradercoin/protocol'
import { type Kysely, sql } from 'kysely'
import type { Cursor } from './cursor.ts'
import { createQueries } from './kysely.ts'
import { filterOrders, pageOrders } from './order-list.ts'
import type { OrderState } from './orders.ts'
import type { Schema } from './schema.ts'
import type { UserScope } from './scope.ts'
import { readAtLength, type Store } from './store.ts'

/** What the numbers of an instrument's orders are counted in. */
export interface InstrumentAssets {
  quote_asset: string
  /** Profit and loss are counted in this. */
  settle_asset: string
  /** Of an inverse contract, whose quantities are contracts: what one is worth in quote coin. Null otherwise. */
  contract_value: Decimal | null
}

/** Null when the instrument is not known. */
export type AssetsOf = (instrument: {
  exchange: ExchangeId
  trading_mode: TradingMode
  symbol: string
}) => InstrumentAssets | null

/** Orders added up before others are served. */
const rowsAtOnce = 1_000

/**
 * Counts and sums over all of a user's orders that match, as of one moment and exact to the last digit. Volume is what was traded,
 * in the quote asset; profit and loss stand under the asset that the instrument settles in. Of an instrument that is not known the
 * symbol stands for both.
 */
export function readOrderStats(
  store: Pick<Store, 'path'>,
  scope: UserScope,
  filter: OrderFilter,
  assetsOf: AssetsOf,
): Promise<OrderStats> {
  return readAtLength(store, async (db) => {
    const queries = createQueries(db)
    const counts = await countByStatus(queries, scope, filter)
    const sums = new Sums(assetsOf)
    await addUp(queries, scope, filter, sums)
    return { ...summarise(counts), ...sums.answer() }
  })
}

interface StatusCount {
  status: OrderStatus
  is_open: number
  count: number
}

async function countByStatus(queries: Kysely<Schema>, scope: UserScope, filter: OrderFilter): Promise<StatusCount[]> {
  return filterOrders(queries.selectFrom('orders'), scope, filter)
    .select(['status', 'is_open', sql<number>`count(*)`.as('count')])
    .groupBy(['status', 'is_open'])
    .execute()
}

function summarise(counts: StatusCount[]): Omit<OrderStats, 'by_quote' | 'fees'> {
  const sumOf = (matches: (counted: StatusCount) => boolean) =>
    counts.reduce((sum, counted) => (matches(counted) ? sum + counted.count : sum), 0)
  const only = (wanted: OrderStatus) => sumOf(({ status }) => status === wanted)
  const ended = sumOf(({ status }) => isTerminal(status))
  return {
    total: sumOf(() => true),
    open: sumOf(({ is_open }) => is_open === 1),
    filled: only('FILLED'),
    canceled: only('CANCELED'),
    rejected: only('REJECTED'),
    expired: only('EXPIRED'),
    partially_filled: only('PARTIALLY_FILLED'),
    fill_rate: ended === 0 ? null : divideDecimal(String(only('FILLED')), String(ended)),
  }
}

interface TradedRow {
  id: number
  create_time: number
  exchange: ExchangeId
  trading_mode: TradingMode
  symbol: string
  executed_qty: Decimal
  executed_price: Decimal | null
  state: string
}

async function addUp(queries: Kysely<Schema>, scope: UserScope, filter: OrderFilter, sums: Sums): Promise<void> {
  let cursor: Cursor | null = null
  for (;;) {
    const rows: TradedRow[] = await pageOrders(
      filterOrders(queries.selectFrom('orders'), scope, filter),
      cursor,
      rowsAtOnce,
    )
      .select(['id', 'create_time', 'exchange', 'trading_mode', 'symbol', 'executed_qty', 'executed_price', 'state'])
      .where('executed_qty', '!=', '0')
      .execute()
    const last = rows.at(-1)
    if (!last) return
    for (const row of rows) sums.add(row)
    cursor = { time: last.create_time, id: last.id }
    await new Promise(setImmediate)
  }
}

/** Exact sums by asset. */
class Sums {
  private readonly assetsOf: AssetsOf
  private readonly quotes = new Map<string, { volume: Decimal; realized_pnl: Decimal | null }>()
  private readonly fees = new Map<string, Decimal>()

  constructor(assetsOf: AssetsOf) {
    this.assetsOf = assetsOf
  }

  add(row: TradedRow): void {
    const { executions } = JSON.parse(row.state) as OrderState
    const { quote_asset, settle_asset, contract_value } = this.assetsOf(row) ?? {
      quote_asset: row.symbol,
      settle_asset: row.symbol,
      contract_value: null,
    }
    const traded = this.sumOf(quote_asset)
    traded.volume = addDecimal(traded.volume, tradedValue(row, executions, contract_value))
    const pnl = executions?.realized_pnl ?? null
    if (pnl !== null) {
      const settled = this.sumOf(settle_asset)
      settled.realized_pnl = addDecimal(settled.realized_pnl ?? '0', pnl)
    }
    for (const { asset, amount } of executions?.fees ?? []) {
      this.fees.set(asset, addDecimal(this.fees.get(asset) ?? '0', amount))
    }
  }

  private sumOf(asset: string): { volume: Decimal; realized_pnl: Decimal | null } {
    const known = this.quotes.get(asset)
    if (known) return known
    const made = { volume: '0', realized_pnl: null }
    this.quotes.set(asset, made)
    return made
  }

  answer(): Pick<OrderStats, 'by_quote' | 'fees'> {
    const byName = ([a]: [string, unknown], [b]: [string, unknown]) => (a < b ? -1 : 1)
    return {
      by_quote: [...this.quotes].sort(byName).map(([asset, sum]) => ({ asset, ...sum })),
      fees: [...this.fees].sort(byName).map(([asset, amount]) => ({ asset, amount })),
    }
  }
}

/** Price × quantity of the known executions, and what was filled beyond them at the average price shown; of contracts their value. */
function tradedValue(
  { executed_qty, executed_price }: TradedRow,
  executions: ExecutionsSummary | null,
  contractValue: Decimal | null,
): Decimal {
  if (contractValue !== null) return multiplyDecimal(executed_qty, contractValue)
  const known = executions ?? { quote: '0', quantity: '0' }
  if (known.quantity === executed_qty || executed_price === null) return known.quote
  return addDecimal(known.quote, multiplyDecimal(subtractDecimal(executed_qty, known.quantity), executed_price))
}
