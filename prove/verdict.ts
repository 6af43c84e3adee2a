import { isDeepStrictEqual } from 'node:util'
import { exchangeLedger, type Fill, fillName, hubLedger, nameOf, type StoredOrder } from './ledgers.ts'
import type { Member } from './people.ts'
import type { Tab } from './tab.ts'

/** What one member's three records say; all counts of differences are 0 when the promise was kept. */
export interface Verdict {
  user: string
  /** Executions at the exchange, in the database, and at the tab that got the fewest. */
  sent: number
  stored: number
  delivered: number
  orders: number
  /** As sentences, the first few of each kind. */
  differences: string[]
}

/** Compares the exchange's ledger, the hub's database and every tab's own record of one member. */
export async function judge(paper: string, member: Member): Promise<Verdict> {
  const [truth, stored] = [await exchangeLedger(paper, member), await hubLedger(member)]
  const differences = [
    ...compareCounts('stored', truth.fills.map(fillName), stored.fills.map(fillName)),
    ...compareCounts(
      'order stored',
      truth.orders.map((order) => `${nameOf(order)} ${order.isOpen ? 'open' : 'over'}`),
      stored.orders.map((order) => `${nameOf(order)} ${order.isOpen ? 'open' : 'over'}`),
    ),
    ...stored.fills
      .filter(({ user_id }) => user_id !== member.userId)
      .map(() => 'an execution of another user is stored'),
  ]
  const delivered: number[] = []
  for (const tab of member.tabs) {
    const fills = tab.events.filter(({ type }) => type === 'execution').map(({ data }) => data as unknown as Fill)
    delivered.push(fills.length)
    differences.push(
      ...tab.faults.slice(0, 5).map((fault) => `${tab.name}: ${fault}`),
      ...compareCounts(`${tab.name} got`, stored.fills.map(fillName), fills.map(fillName)),
      ...compareOrders(tab, stored.orders),
    )
  }
  return {
    user: member.person.email,
    sent: truth.fills.length,
    stored: stored.fills.length,
    delivered: Math.min(...delivered),
    orders: truth.orders.length,
    differences,
  }
}

/** The last a tab heard of each order is what is stored. */
function compareOrders(tab: Tab, orders: readonly StoredOrder[]): string[] {
  const last = new Map<unknown, unknown>()
  for (const { type, data } of tab.events) if (type === 'order_update') last.set(data.id, data)
  return orders
    .filter(({ isOpen: _, ...order }) => !isDeepStrictEqual(last.get(order.id), order))
    .slice(0, 3)
    .map((order) => `${tab.name}: the last it heard of ${nameOf(order)} is not what is stored`)
}

/** Both lists hold the same names equally often. */
function compareCounts(what: string, wanted: readonly string[], got: readonly string[]): string[] {
  const counts = new Map<string, number>()
  for (const name of wanted) counts.set(name, (counts.get(name) ?? 0) + 1)
  for (const name of got) counts.set(name, (counts.get(name) ?? 0) - 1)
  const missing = [...counts].filter(([, count]) => count > 0)
  const extra = [...counts].filter(([, count]) => count < 0)
  const tell = (kind: string, found: readonly (readonly [string, number])[]) =>
    found.length === 0
      ? []
      : [
          `${what}: ${found.length} ${kind}, such as ${found
            .slice(0, 2)
            .map(([name]) => name)
            .join('; ')}`,
        ]
  return [...tell('missing', missing), ...tell('too many', extra)]
}
