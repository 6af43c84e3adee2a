import { type ConnectionParts, PublicConnection } from './public-connection.ts'
import type { ChannelHandlers } from './public-protocol.ts'

/** A connection that has used up what it may ask for is left to the channels it has. */
const patienceMs = 5_000

/** A channel somebody listens to. */
export interface ChannelSubscription {
  /** Asks the venue for the channel anew, so that it sends its snapshot again; `onUp` follows. */
  renew(): void
  close(): void
}

/** The public channels behind one address: as few sockets as the venue's limits allow, none while nobody listens. */
export class PublicFeed {
  readonly #parts: ConnectionParts
  readonly #connections = new Set<PublicConnection>()

  constructor(parts: ConnectionParts) {
    this.#parts = parts
  }

  /** Listens to a channel, by the venue's own name for it, until closed. Whoever asks for the same one gets it on a socket of its own. */
  open(channel: string, handlers: ChannelHandlers): ChannelSubscription {
    const connection = this.#connectionFor(channel)
    connection.add(channel, handlers)
    let isOpen = true
    return {
      renew: () => {
        if (isOpen) connection.renew(channel)
      },
      close: () => {
        if (!isOpen) return
        isOpen = false
        connection.remove(channel, handlers)
        if (connection.size > 0) return
        this.#connections.delete(connection)
        connection.close()
      },
    }
  }

  close(): void {
    for (const connection of this.#connections) connection.close()
    this.#connections.clear()
  }

  #connectionFor(channel: string): PublicConnection {
    const most = this.#parts.protocol.channelsPerConnection
    for (const connection of this.#connections) {
      const hasRoom = connection.size < most && connection.waitMs() <= patienceMs
      if (hasRoom && !connection.has(channel)) return connection
    }
    const made = new PublicConnection(this.#parts)
    this.#connections.add(made)
    return made
  }
}
