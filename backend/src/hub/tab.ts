import type { Duplex } from 'node:stream'
import { limits } from '@tradercoin/protocol'
import type { WebSocket } from 'ws'
import type { TopicName, Watcher } from '../market/market-topic.ts'
import { errorFrame, marketStatusFrame } from './frames.ts'
import type { Hub } from './hub.ts'
import type { Due } from './timer-wheel.ts'
import type { UserChannel } from './user-channel.ts'

/**
 * `new`: has not sent its token. `checking`: the token is being checked. `replaying`: reads what it missed from the database.
 * `live`: at the head, fed by each commit. `closed`: said goodbye to.
 */
export type TabState = 'new' | 'checking' | 'replaying' | 'live' | 'closed'

const asText = { binary: false }

/** Market data on its way: an order event waits behind no more than this, and a slow line is not filled with old prices. */
const marketInFlightBytes = 64 * 1024

/** One browser tab or program: a cursor into its user's log. `seq` is the last event sent. */
export class Tab implements Due, Watcher {
  tick = 0
  readonly socket: WebSocket
  readonly label: string
  readonly hub: Hub
  private readonly line: Duplex
  state: TabState = 'new'
  channel: UserChannel | null = null
  /** The login session its token belongs to. */
  loginId = 0
  tokenEndsAt = 0
  askedToRenew = false
  seq = 0
  private windowEndsAt = 0
  private messages = 0
  private badRequests = 0
  private onSettled: (() => void) | null
  private unanswered = 0
  private wasBlocked = false
  private handedOver = 0
  /** Market data that still waits in this process. */
  private marketQueued = 0
  /** Market data sent since the other end last gave a sign of life that was asked for. */
  private marketInFlight = 0
  private marketAsked = false

  /** @param onSettled told once when the socket no longer waits to sign in */
  constructor(hub: Hub, socket: WebSocket, line: Duplex, label: string, onSettled: () => void) {
    this.hub = hub
    this.socket = socket
    this.line = line
    this.label = label
    this.onSettled = onSettled
  }

  onDue(): void {
    this.hub.onTabDue(this)
  }

  /** It has signed in, or ended without. */
  settle(): void {
    this.onSettled?.()
    this.onSettled = null
  }

  send(frame: Buffer): void {
    if (this.state !== 'closed') this.socket.send(frame, asText)
  }

  /** Sends several frames in one write. Resolves when the last has left this process, or the socket has ended. */
  sendAll(frames: readonly Buffer[]): Promise<void> {
    return new Promise((resolve) => {
      if (this.state === 'closed') return resolve()
      this.line.cork()
      for (const [index, frame] of frames.entries()) {
        if (index === frames.length - 1) this.socket.send(frame, asText, () => resolve())
        else this.socket.send(frame, asText)
      }
      this.line.uncork()
    })
  }

  /**
   * Feeds a live tab what was committed. Each event goes out exactly when it is the next one.
   * @returns false when one before it is missing
   */
  deliver(events: readonly { seq: number }[], frames: readonly Buffer[]): boolean {
    this.line.cork()
    let whole = true
    for (const [index, { seq }] of events.entries()) {
      const frame = frames[index]
      if (seq <= this.seq || !frame) continue
      if (seq > this.seq + 1) {
        whole = false
        break
      }
      this.socket.send(frame, asText)
      this.seq = seq
    }
    this.line.uncork()
    return whole
  }

  /** Bytes that wait in this process because the reader is slower than its events. */
  get queued(): number {
    return Math.max(0, this.socket.bufferedAmount - this.marketQueued)
  }

  /** Market data goes out only when nothing else waits: at the head of the log, with an empty queue and little on its way. */
  isClear(): boolean {
    return this.state === 'live' && this.socket.bufferedAmount === 0 && this.marketInFlight < marketInFlightBytes
  }

  sendMarket(frame: Buffer): void {
    if (this.state === 'closed') return
    this.marketQueued += frame.length
    this.marketInFlight += frame.length
    this.line.cork()
    this.socket.send(frame, asText, () => {
      this.marketQueued -= frame.length
    })
    // Bytes that left this process may wait in the network: the pong says that they were read.
    if (!this.marketAsked && this.marketInFlight >= marketInFlightBytes / 2) {
      this.marketAsked = true
      this.socket.ping()
    }
    this.line.uncork()
  }

  endMarket(name: TopicName, code: string, reason: string, is_default_environment: boolean | null = null): void {
    this.send(errorFrame(code, reason))
    this.send(marketStatusFrame({ ...name, state: 'ended', reason, is_default_environment }))
  }

  onPong(): void {
    this.heard()
    this.marketInFlight = 0
    this.marketAsked = false
  }

  /** Counts a message; false when there were too many. */
  takeMessage(now: number): boolean {
    if (now >= this.windowEndsAt || this.windowEndsAt - now > limits.messageWindowMs) {
      this.windowEndsAt = now + limits.messageWindowMs
      this.messages = 0
    }
    this.messages++
    return this.messages <= limits.messagesPerWindow
  }

  /** Counts a bad request; true when it was one too many. */
  strike(): boolean {
    this.badRequests++
    return this.badRequests >= limits.badRequestsBeforeClose
  }

  heard(): void {
    this.unanswered = 0
  }

  /**
   * Sends a heartbeat and, in the same write, asks the other end for a sign of life. Bytes that move again after they could not are one, for an answer may wait behind them.
   * @returns false when two such questions in a row have stayed without answer
   */
  beat(frame: Buffer): boolean {
    const waiting = this.line.writableLength
    const handedOver = (this.line as Duplex & { bytesWritten?: number }).bytesWritten ?? 0
    if (this.wasBlocked && handedOver - waiting > this.handedOver) this.unanswered = 0
    this.wasBlocked = waiting > 0
    this.handedOver = handedOver - waiting
    if (this.unanswered >= 2) return false
    this.unanswered++
    this.line.cork()
    this.send(frame)
    this.socket.ping()
    this.line.uncork()
    return true
  }
}
