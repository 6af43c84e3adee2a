import { ambiguousCards } from './ambiguous.suite.ts'
import { amendCards } from './amend.suite.ts'
import { balanceCards } from './balances.suite.ts'
import { cancelCards } from './cancel.suite.ts'
import type { Card } from './card.suite.ts'
import { conditionalCards } from './conditional.suite.ts'
import { faultCards } from './faults.suite.ts'
import { idCards } from './ids.suite.ts'
import { keyCheckCards } from './key-check.suite.ts'
import { limitCards } from './limit.suite.ts'
import { marketCards } from './market.suite.ts'
import { marketDataCards } from './market-data.suite.ts'
import { positionModeCards } from './position-modes.suite.ts'
import { positionCards } from './positions.suite.ts'
import { refusalCards } from './refusals.suite.ts'
import { snapshotCards } from './snapshots.suite.ts'
import { stormCards } from './storm.suite.ts'
import { streamCards } from './stream.suite.ts'
import { timeInForceCards } from './time-in-force.suite.ts'
import { triggerCards } from './triggers.suite.ts'

/** Every card, in the order of the table. */
export const deck: readonly (readonly [group: string, cards: readonly Card[]])[] = [
  ['key check', keyCheckCards],
  ['market orders', marketCards],
  ['limit orders', limitCards],
  ['time in force', timeInForceCards],
  ['conditional orders', conditionalCards],
  ['triggers', triggerCards],
  ['amend', amendCards],
  ['cancel', cancelCards],
  ['refusals', refusalCards],
  ['positions', positionCards],
  ['reducing, hedging, margin', positionModeCards],
  ['balances', balanceCards],
  ['ids, symbols and rules', idCards],
  ['snapshots and gaps', snapshotCards],
  ['lost answers', ambiguousCards],
  ['faults', faultCards],
  ['the stream', streamCards],
  ['storm', stormCards],
  ['market data', marketDataCards],
]
