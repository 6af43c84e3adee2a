import { sim } from '../e2e/hub-api.ts'
import type { Member } from './people.ts'

/** One execution as all sides must agree on it. */
export interface Fill {
  exchange: string
  trading_mode: string
  symbol: string
  order_id: string
  trade_id: string
  price: string
}

export interface OrderEnd {
  exchange: string
  trading_mode: string
  symbol: string
  order_id: string
  isOpen: boolean
}

/** Words of all venues for an order that may still trade. */
const openWords = new Set([
  'NEW',
  'PARTIALLY_FILLED',
  'PENDING_NEW',
  'live',
  'partially_filled',
  'New',
  'PartiallyFilled',
  'Untriggered',
])

/** What the exchange itself holds of all accounts of a member. */
export async function exchangeLedger(
  paper: string,
  { accounts }: Member,
): Promise<{ fills: Fill[]; orders: OrderEnd[] }> {
  const fills: Fill[] = []
  const orders: OrderEnd[] = []
  for (const { accountId, exchange } of accounts) {
    const ledger = await sim<{
      executions: Omit<Fill, 'exchange'>[]
      orders: (Omit<OrderEnd, 'exchange' | 'isOpen'> & { status: string })[]
    }>(paper, 'GET', `/ledger?account_id=${accountId}`)
    for (const { trading_mode, symbol, order_id, trade_id, price } of ledger.executions) {
      fills.push({ exchange, trading_mode, symbol, order_id, trade_id, price })
    }
    for (const { trading_mode, symbol, order_id, status } of ledger.orders) {
      orders.push({ exchange, trading_mode, symbol, order_id, isOpen: openWords.has(status) })
    }
  }
  return { fills, orders }
}

/** Every row of a list of the hub. */
async function readAll<T>({ person }: Member, path: string): Promise<T[]> {
  const all: T[] = []
  for (let cursor: string | null = ''; cursor !== null; ) {
    const query: string = cursor === '' ? '' : `&cursor=${encodeURIComponent(cursor)}`
    const page: { items: T[]; next_cursor: string | null } = await person.call('GET', `${path}?limit=500${query}`)
    all.push(...page.items)
    cursor = page.next_cursor
  }
  return all
}

export interface StoredOrder extends OrderEnd {
  id: number
  user_id: number
  status: string
}

/** What the hub has stored for a member. */
export async function hubLedger(
  member: Member,
): Promise<{ fills: (Fill & { user_id: number })[]; orders: StoredOrder[] }> {
  const ended = new Set(['FILLED', 'CANCELED', 'REJECTED', 'EXPIRED'])
  const orders = await readAll<Omit<StoredOrder, 'isOpen'>>(member, '/trading/orders')
  return {
    fills: await readAll(member, '/trading/executions'),
    orders: orders.map((order) => ({ ...order, isOpen: !ended.has(order.status) })),
  }
}

export const nameOf = (item: Pick<Fill, 'exchange' | 'trading_mode' | 'symbol' | 'order_id'>) =>
  [item.exchange, item.trading_mode, item.symbol, item.order_id].join(' ')

export const fillName = (fill: Fill) => `${nameOf(fill)} ${fill.trade_id} ${decimal(fill.price)}`

/** One spelling of a decimal: no zeros at the end of its fraction. */
const decimal = (text: string) => (text.includes('.') ? text.replace(/\.?0+$/, '') : text)
