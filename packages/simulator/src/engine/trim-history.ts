import type { Account } from './account.ts'
import { isOpen, type Order } from './order.ts'

/** Forgets all but the newest closed orders of each symbol, with their fills and what those earned and cost. */
export function trimHistory(account: Account, keep: number): void {
  for (const [symbol, orders] of account.orders) {
    // Some more than that gather first, so that the work is seldom done.
    if (orders.length < keep * 1.2) continue
    const closed = orders.filter((order) => !isOpen(order)).sort((a, b) => a.updatedAt - b.updatedAt)
    forget(account, symbol, new Set(closed.slice(0, Math.max(0, closed.length - keep))))
  }
}

function forget(account: Account, symbol: string, old: ReadonlySet<Order>): void {
  if (old.size === 0) return
  const ids = new Set<bigint>()
  for (const order of old) {
    ids.add(order.id)
    order.market.orders.delete(order.id)
  }
  for (const [key, order] of account.lastByClientId) if (old.has(order)) account.lastByClientId.delete(key)
  const orders = account.orders.get(symbol) ?? []
  account.orders.set(
    symbol,
    orders.filter((order) => !old.has(order)),
  )
  const trades = new Set<string>()
  const fills = (account.fills.get(symbol) ?? []).filter((fill) => {
    if (!ids.has(fill.orderId)) return true
    trades.add(fill.tradeId.toString())
    return false
  })
  account.fills.set(symbol, fills)
  account.income = account.income.filter((row) => row.symbol !== symbol || !trades.has(row.tradeId))
}
