import type { StreamHandlers } from './exchange.ts'
import type { Transport } from './transport/transport.ts'

/**
 * Handlers that never throw into a socket, which other accounts may share. Events that could not be taken in are told as an
 * interruption, so that they are read again by a query.
 */
export function guardHandlers(handlers: StreamHandlers, { log }: Pick<Transport, 'log'>): StreamHandlers {
  let isUp = false
  const tell = (call: () => void): boolean => {
    try {
      call()
      return true
    } catch (error) {
      // Only its kind: the words of a surprise might quote what it choked on.
      log('warn', 'stream_handler_failed', { problem: error instanceof Error ? error.name : 'unknown' })
      return false
    }
  }
  return {
    onUp() {
      isUp = true
      tell(() => handlers.onUp())
    },
    onDown(cause, detail, retrying) {
      isUp = false
      tell(() => handlers.onDown(cause, detail, retrying))
    },
    onEvents(events, receivedAt) {
      const isTaken = tell(() => handlers.onEvents(events, receivedAt))
      if (isTaken || !isUp) return
      tell(() => handlers.onDown('connection_lost', 'an event could not be taken in', true))
      tell(() => handlers.onUp())
    },
  }
}
