import type { Gap } from '@tradercoin/protocol'
import type { Database } from './database.ts'

export interface GapRow {
  id: number
  exchange_key_id: number
  from: number
  to: number | null
  cause: string
  recovered_orders: number
  recovered_executions: number
  unproven: string | null
}

export const gapColumns = 'id, exchange_key_id, "from", "to", cause, recovered_orders, recovered_executions, unproven'

export function gapOfRow({ recovered_orders, recovered_executions, ...row }: GapRow): Gap {
  const { unproven, ...rest } = row
  return { ...rest, recovered: { orders: recovered_orders, executions: recovered_executions }, unproven }
}

/** The interruption of a key that has not ended; there is at most one. */
export function findOpenGap(db: Database, keyId: number): GapRow | undefined {
  return db.get(`SELECT ${gapColumns} FROM gaps WHERE exchange_key_id = ? AND "to" IS NULL`, keyId)
}

export function insertGap(
  db: Database,
  gap: { user_id: number; exchange_key_id: number; from: number; cause: string },
): number {
  return db.run(
    'INSERT INTO gaps (user_id, exchange_key_id, "from", cause) VALUES (?, ?, ?, ?)',
    gap.user_id,
    gap.exchange_key_id,
    gap.from,
    gap.cause,
  ).id
}

/** Counts what a query brought back of an interruption. */
export function addRecovered(db: Database, gapId: number, orders: number, executions: number): void {
  db.run(
    'UPDATE gaps SET recovered_orders = recovered_orders + ?, recovered_executions = recovered_executions + ? WHERE id = ?',
    orders,
    executions,
    gapId,
  )
}

export function endGap(db: Database, gapId: number, to: number, unproven: string | null): void {
  db.run('UPDATE gaps SET "to" = ?, unproven = ? WHERE id = ?', to, unproven, gapId)
}
