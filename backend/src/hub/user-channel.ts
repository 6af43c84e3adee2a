import { closeCodes, type Heartbeat, limits } from '@tradercoin/protocol'
import type { CommittedEvent } from '../store/outbox.ts'
import { heartbeatFrame } from './frames.ts'
import type { Hub } from './hub.ts'
import type { Tab } from './tab.ts'
import type { Due } from './timer-wheel.ts'

/** All signed-in tabs of one user. Nothing of another user can reach them: events are looked up by user and nothing else. */
export class UserChannel implements Due {
  tick = 0
  readonly userId: number
  readonly epoch: string
  /** The newest committed seq that this hub knows of. */
  head: number
  readonly heartbeatMs: number
  readonly tabs = new Set<Tab>()
  private readonly hub: Hub
  private pending: CommittedEvent[] = []

  constructor(hub: Hub, userId: number, log: { epoch: string; seq: number }, heartbeatMs: number) {
    this.hub = hub
    this.userId = userId
    this.epoch = log.epoch
    this.head = log.seq
    this.heartbeatMs = heartbeatMs
  }

  onDue(): void {
    this.hub.onHeartbeatDue(this)
  }

  /** Takes one committed event; `flush` sends what was taken. */
  take(event: CommittedEvent): void {
    this.pending.push(event)
    if (event.seq > this.head) this.head = event.seq
  }

  /** Sends the taken events to every live tab, each frame built once. */
  flush(): void {
    const events = this.pending
    this.pending = []
    if (events.every(({ epoch }) => epoch === this.epoch)) this.deliver(events)
    else this.closeAll(closeCodes.gap, 'the log was replaced')
  }

  private deliver(events: readonly CommittedEvent[]): void {
    const frames = events.map(({ frame }) => Buffer.from(frame))
    for (const tab of this.tabs) {
      if (tab.state !== 'live') continue
      if (!tab.deliver(events, frames)) this.hub.catchUp(this, tab)
      else if (tab.queued > limits.maxQueueBytes) this.hub.close(tab, closeCodes.tooSlow, 'too slow')
    }
    this.hub.observeDelivery(events)
  }

  /** Tells each tab the time, its position and how its keys do, and checks that it is still there. */
  heartbeat(ts: number, keys: Heartbeat['keys']): void {
    const atHead = heartbeatFrame({ ts, seq: this.head, keys })
    for (const tab of this.tabs) {
      if (tab.queued > limits.maxQueueBytes && tab.state === 'live') {
        this.hub.close(tab, closeCodes.tooSlow, 'too slow')
        continue
      }
      // What a tab is told is its own position: one that is still catching up has not lost anything.
      const frame = tab.seq === this.head ? atHead : heartbeatFrame({ ts, seq: tab.seq, keys })
      this.hub.deps.metrics.tabQueue.observe(tab.queued)
      if (!tab.beat(frame)) this.hub.close(tab, closeCodes.tooSlow, 'no answer')
    }
  }

  sendAll(frame: Buffer): void {
    for (const tab of this.tabs) tab.send(frame)
  }

  closeAll(code: number, reason: string): void {
    for (const tab of this.tabs) this.hub.close(tab, code, reason)
  }
}
