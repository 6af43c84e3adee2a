import type { Environment, ExchangeId, TradingMode } from '@tradercoin/protocol'
import { coversMode } from '../exchanges.ts'
import type { Database } from '../store/database.ts'
import { listKeys } from '../store/exchange-keys.ts'
import type { UserScope } from '../store/scope.ts'

/** Whose prices a user means who does not say: of their keys' environment, live before any other, then the newest; without a key paper, if there is one. */
export function defaultEnvironment(
  db: Database,
  scope: UserScope,
  { exchange, trading_mode }: { exchange: ExchangeId; trading_mode: TradingMode },
  hasPaper: boolean,
): Environment {
  const keys = listKeys(db, scope).filter((key) => key.exchange === exchange && coversMode(key, trading_mode))
  const chosen = keys.find(({ environment }) => environment === 'live') ?? keys[0]
  return chosen?.environment ?? (hasPaper ? 'paper' : 'live')
}
