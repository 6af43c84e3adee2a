import type { ClientMessage } from '@tradercoin/protocol'
import { limits, parseServerMessage, type ServerMessage, stringifyClientMessage } from '@tradercoin/protocol'
import type { Clock } from './clock.ts'
import type { DisconnectReason } from './connection-state.ts'
import { describeClose } from './connection-state.ts'
import type { OpenSocket, RawSocket } from './raw-socket.ts'

/** From the start of an attempt to `ready`. */
export const readyTimeoutMs = 10_000
/** How long a line may be silent after it was asked for a sign of life. */
export const probeTimeoutMs = 3_000

/** One connection, from its opening to its end. After its end it calls nothing any more. */
export interface Line {
  send(message: ClientMessage): void
  /** From `ready` on: silence of more than 1.5 heartbeats ends the line. */
  expectHeartbeats(heartbeatMs: number): void
  /** Asks for a sign of life now; a line that has been silent too long, or stays silent, ends. */
  probe(): void
  /** Ends the line from here; `onEnd` is not called. */
  close(code: number): void
  lastHeardAt(): number
}

export interface LineHandlers {
  onOpen(): void
  onMessage(message: ServerMessage): void
  /** An event of a type this client does not know. */
  onUnknownEvent(seq: number): void
  onEnd(reason: DisconnectReason): void
}

/** Opens a line that must become ready in time, and watches over its silence. */
export function openLine(openSocket: OpenSocket, clock: Clock, url: string, handlers: LineHandlers): Line {
  let isOver = false
  let lastHeardAt = clock.now()
  let silenceMs: number | null = null
  let cancelWatch = clock.after(readyTimeoutMs, () => fail('timeout', 'The hub did not answer in time.'))
  let cancelProbe: (() => void) | null = null

  const socket: RawSocket = openSocket(url, {
    onOpen: () => {
      if (!isOver) handlers.onOpen()
    },
    onText(text) {
      if (isOver) return
      lastHeardAt = clock.now()
      cancelProbe?.()
      cancelProbe = null
      const parsed = parseServerMessage(text)
      if (parsed.ok) handlers.onMessage(parsed.message)
      else if (parsed.seq !== null) handlers.onUnknownEvent(parsed.seq)
      else if (parsed.code !== 'unknown_type') fail('gap', 'The hub sent a frame that cannot be read.')
    },
    onClose(code, reason) {
      finish({ kind: 'closed', code, message: describeClose(code, reason), final: false })
    },
  })

  function release() {
    isOver = true
    cancelWatch()
    cancelProbe?.()
  }

  function finish(reason: DisconnectReason) {
    if (isOver) return
    release()
    handlers.onEnd(reason)
  }

  function fail(kind: DisconnectReason['kind'], message: string) {
    if (isOver) return
    socket.abandon()
    finish({ kind, code: null, message, final: false })
  }

  /** One timer that is set again when it fires, not once a frame. */
  function watch(ms: number) {
    cancelWatch = clock.after(ms, () => {
      const left = lastHeardAt + (silenceMs ?? 0) - clock.now()
      if (left > 0) watch(left)
      else fail('stale', 'The hub has been silent for too long.')
    })
  }

  return {
    send(message) {
      if (!isOver) socket.send(stringifyClientMessage(message))
    },
    expectHeartbeats(heartbeatMs) {
      if (isOver) return
      cancelWatch()
      silenceMs = heartbeatMs * limits.staleHeartbeats
      watch(silenceMs)
    },
    probe() {
      if (isOver || silenceMs === null) return
      if (clock.now() - lastHeardAt >= silenceMs) return fail('stale', 'The hub has been silent for too long.')
      if (cancelProbe !== null) return
      cancelProbe = clock.after(probeTimeoutMs, () => fail('stale', 'The hub did not answer after a pause.'))
      socket.send(stringifyClientMessage({ type: 'ping' }))
    },
    close(code) {
      if (isOver) return
      release()
      socket.close(code)
    },
    lastHeardAt: () => lastHeardAt,
  }
}
