import {
  type AccountState,
  applyMessage,
  createAccountState,
  type Execution,
  type Order,
  type Snapshot,
  type UserEvent,
} from '@tradercoin/protocol'
import { createFrameQueue, type Schedule } from '#lib/frame-queue.ts'

/** What the socket says of the account. */
export type LiveMessage = UserEvent | { type: 'snapshot'; data: Snapshot }

/** What one frame brought, for those who tell of events rather than show a state. */
export interface Batch {
  executions: Execution[]
  rejected: Order[]
  /** The whole state was replaced: everything read by REST before may be out of date. */
  isAnew: boolean
}

type Part = keyof AccountState['versions']

/**
 * What this tab knows of the account, fed by the socket and shown by React. Messages are applied in order, one frame's worth at a
 * time; readers look at `account` when the version of its part changes.
 */
export function createLiveStore(schedule: Schedule) {
  const account = createAccountState()
  /** A clock of our own: it orders what the socket said and what REST was asked. */
  let tick = 0
  let heardOrders = new Map<number, { tick: number; time: number }>()
  const listeners = new Set<() => void>()
  const batchListeners = new Set<(batch: Batch) => void>()
  const queue = createFrameQueue(applyAll, schedule)

  function applyAll(messages: { message: LiveMessage; at: number }[]) {
    const batch: Batch = { executions: [], rejected: [], isAnew: false }
    for (const { message, at } of messages) apply(message, at, batch)
    for (const listener of listeners) listener()
    for (const listener of batchListeners) listener(batch)
  }

  function apply(message: LiveMessage, at: number, batch: Batch) {
    const before = message.type === 'order_update' ? account.orders.get(message.data.id) : undefined
    if (applyMessage(account, message) !== 'applied') return
    if (message.type === 'snapshot') {
      heardOrders = new Map(message.data.orders.map((order) => [order.id, { tick: at, time: 0 }]))
      batch.isAnew = true
    } else if (message.type === 'order_update') {
      heardOrders.set(message.data.id, { tick: at, time: Date.now() })
      if (message.data.status === 'REJECTED' && before?.status !== 'REJECTED') batch.rejected.push(message.data)
    } else if (message.type === 'execution') {
      batch.executions.push(message.data)
    }
  }

  return {
    account,
    version: (part: Part) => account.versions[part],
    /** A message of the socket; it is shown with the next frame. */
    feed(message: LiveMessage) {
      tick += 1
      queue.push({ message, at: tick })
    },
    /** Marks the moment REST is asked, to be compared with `heardOrderAt`. */
    mark() {
      tick += 1
      return tick
    },
    /** When the socket last told of the order; 0 when it never has. */
    heardOrderAt: (id: number) => heardOrders.get(id)?.tick ?? 0,
    /** When (ms) an event last changed the order; 0 when none has since the page or the last snapshot. */
    orderChangedAt: (id: number) => heardOrders.get(id)?.time ?? 0,
    subscribe(listener: () => void) {
      listeners.add(listener)
      return () => {
        listeners.delete(listener)
      }
    },
    onBatch(listener: (batch: Batch) => void) {
      batchListeners.add(listener)
      return () => {
        batchListeners.delete(listener)
      }
    },
  }
}

export type LiveStore = ReturnType<typeof createLiveStore>
