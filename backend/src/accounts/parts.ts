import type { Clock, Credentials, DownCause } from '@tradercoin/exchanges'
import type { Decimal, EventSource, ExchangeId, Gap, KeyStatus } from '@tradercoin/protocol'
import type { BookResult } from '../ledger/booking.ts'
import type { MarketName } from '../market/last-prices.ts'
import type { AccountKey, ExchangeKeyRow } from '../store/account-keys.ts'
import type { Database } from '../store/database.ts'
import type { Writer } from '../store/writer.ts'

/** What the Accounts tell the metrics. */
export interface AccountsObserver {
  booked(exchange: ExchangeId, source: EventSource, result: BookResult): void
  /** A private stream went down that was up. */
  interrupted(exchange: ExchangeId, cause: DownCause): void
  /** A gap has ended. `fillMs`: from the stream being back to everything being booked. */
  gapEnded(exchange: ExchangeId, gap: Gap, fillMs: number): void
}

export type AccountsLog = (
  level: 'debug' | 'info' | 'warn' | 'error',
  event: string,
  fields: Record<string, string | number | boolean | null>,
) => void

/** What every Account works with; shared by all of them. */
export interface AccountParts {
  clock: Clock
  writer: Writer
  /** The main thread's read connection. */
  db: Database
  /** Opens the secrets of a key, late and each time anew. Throws when they do not open. */
  unseal(row: ExchangeKeyRow): Credentials
  /** Seals a listen key for its row. */
  sealListenKey(row: ExchangeKeyRow, listenKey: string): Uint8Array
  /** What the market of a key trades at; null where that is not known soon. Never throws. */
  lastPrice(market: MarketName): Promise<Decimal | null>
  observer: AccountsObserver
  log: AccountsLog
  /** Told of each change of a key's state. */
  onStatus(key: AccountKey, status: KeyStatus): void
}
