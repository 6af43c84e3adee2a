import type { WebSocket } from 'ws'
import type { TradingMode } from '../engine/instrument.ts'
import type { Random } from '../engine/random.ts'
import type { FaultBook, FaultScope } from './fault-book.ts'

/** One account's events on one socket. */
export interface Link {
  readonly socket: WebSocket
  readonly accountId: string
  readonly exchange: string
  /** Absent where a key covers all modes. */
  readonly mode?: TradingMode | undefined
  readonly since: number
}

/** Frames of one link that are held back, in the order they will leave. */
interface Lane {
  queue: { text: string; due: number }[]
  timer: NodeJS.Timeout | undefined
  shuffled: string[]
  shuffleTimer: NodeJS.Timeout | undefined
}

/** The last step before the wire, where event faults strike. Without faults it is a plain send. */
export class Delivery {
  readonly #faults: FaultBook
  readonly #random: Random
  readonly #lanes = new Map<Link, Lane>()

  constructor(faults: FaultBook, random: Random) {
    this.#faults = faults
    this.#random = random
  }

  send(link: Link, text: string): void {
    if (this.#faults.empty && this.#lanes.size === 0) {
      if (link.socket.readyState === link.socket.OPEN) link.socket.send(text)
      return
    }
    const target: FaultScope = { accountId: link.accountId, exchange: link.exchange, mode: link.mode }
    const older = (fault: { settings: Record<string, unknown> }) =>
      fault.settings.new_connections === true || link.since <= (fault.settings.armed_at as number)
    if (this.#faults.take('silent_stream', target, older)) return
    if (this.#faults.take('lose_events', target)) return
    let frames = [text]
    if (this.#faults.take('malformed_frame', target)) frames = [text.slice(0, Math.max(1, Math.floor(text.length / 2)))]
    if (this.#faults.take('duplicate_events', target)) frames = [...frames, ...frames]
    const delay = this.#faults.take('delay', target)
    const delayMs = delay ? Number(delay.settings.delay_ms ?? 1000) : 0
    const reorder = this.#faults.take('reorder_events', target)
    if (reorder) {
      this.#shuffle(link, frames, Number(reorder.settings.window ?? 4))
      return
    }
    for (const frame of frames) this.#enqueue(link, frame, delayMs)
  }

  /** Whether a whole socket plays dead: no pings, pongs or answers either. */
  socketIsSilent(socket: {
    since: number
    exchange: string
    mode?: TradingMode | undefined
    accountIds: string[]
  }): boolean {
    if (this.#faults.empty) return false
    const older = (fault: { settings: Record<string, unknown> }) =>
      fault.settings.new_connections === true || socket.since <= (fault.settings.armed_at as number)
    const { exchange, mode } = socket
    if (this.#faults.active('silent_stream', { exchange, mode }, older)) return true
    const only = socket.accountIds.length === 1 ? socket.accountIds[0] : undefined
    return (
      only !== undefined &&
      this.#faults.active('silent_stream', { accountId: only, exchange, mode }, older) !== undefined
    )
  }

  forget(link: Link): void {
    const lane = this.#lanes.get(link)
    clearTimeout(lane?.timer)
    clearTimeout(lane?.shuffleTimer)
    this.#lanes.delete(link)
  }

  close(): void {
    for (const link of [...this.#lanes.keys()]) this.forget(link)
  }

  #lane(link: Link): Lane {
    let lane = this.#lanes.get(link)
    if (!lane) {
      lane = { queue: [], timer: undefined, shuffled: [], shuffleTimer: undefined }
      this.#lanes.set(link, lane)
    }
    return lane
  }

  #enqueue(link: Link, text: string, delayMs: number): void {
    const existing = this.#lanes.get(link)
    if (delayMs === 0 && !existing) {
      if (link.socket.readyState === link.socket.OPEN) link.socket.send(text)
      return
    }
    const lane = this.#lane(link)
    // A later event never overtakes a delayed one: only reorder_events changes the order.
    const last = lane.queue[lane.queue.length - 1]
    lane.queue.push({ text, due: Math.max(Date.now() + delayMs, last?.due ?? 0) })
    if (!lane.timer) this.#drain(link, lane)
  }

  #drain(link: Link, lane: Lane): void {
    lane.timer = undefined
    while (lane.queue[0] && lane.queue[0].due <= Date.now()) {
      const { text } = lane.queue.shift() as { text: string }
      if (link.socket.readyState === link.socket.OPEN) link.socket.send(text)
    }
    const next = lane.queue[0]
    if (next) lane.timer = setTimeout(() => this.#drain(link, lane), Math.max(1, next.due - Date.now()))
    else if (lane.shuffled.length === 0) this.#lanes.delete(link)
  }

  #shuffle(link: Link, frames: string[], window: number): void {
    const lane = this.#lane(link)
    lane.shuffled.push(...frames)
    clearTimeout(lane.shuffleTimer)
    const release = () => {
      lane.shuffleTimer = undefined
      const held = lane.shuffled
      lane.shuffled = []
      for (const frame of disorder(held, this.#random)) this.#enqueue(link, frame, 0)
    }
    if (lane.shuffled.length >= window) release()
    else lane.shuffleTimer = setTimeout(release, 200)
  }
}

/** A different order than the one given, whenever there are two frames or more. */
function disorder(frames: string[], random: Random): string[] {
  const out = [...frames]
  for (let i = out.length - 1; i > 0; i--) {
    const j = random.int(0, i)
    const held = out[i] as string
    out[i] = out[j] as string
    out[j] = held
  }
  return out.every((frame, i) => frame === frames[i]) ? out.reverse() : out
}
