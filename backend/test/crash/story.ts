import { balanceEvent, filledOrder } from '../support/reports.ts'

/** What the exchange says, in order: 60 orders with their fills, and a balance that moves with each. */
export const crashStory = Array.from({ length: 60 }, (_, n) => [
  ...filledOrder(`${n}`, 4, 1_000 + n * 10),
  balanceEvent({ total: `${n}`, available: `${n}`, locked: '0', update_time: 1_000 + n * 10 }),
]).flat()
