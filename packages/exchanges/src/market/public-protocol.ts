/** What a frame of a public socket says. */
export type PublicFrame =
  | { kind: 'data'; channel: string; payload: unknown }
  /** The answer to a request; `channel` null: it is about all the channels of the request. `reason` null: granted. */
  | { kind: 'answer'; id: string | null; channel: string | null; reason: string | null }
  /** The venue is about to close the connection. */
  | { kind: 'closing'; reason: string }
  /** A sign of life, or something that is no concern of ours. */
  | { kind: 'other' }

/** How a venue's public socket is spoken with, and how much it takes. A channel is named by the venue's own text. */
export interface PublicProtocol {
  /** The text of a request for some channels. `id`: letters and digits, echoed in the answer. */
  request(op: 'subscribe' | 'unsubscribe', channels: readonly string[], id: string): string
  /** Throws when the text is not a frame of the venue. */
  read(text: string): PublicFrame
  /** Asks for a sign of life, which may be any frame; null: a ping frame, answered by a pong frame. */
  probe: string | null
  channelsPerConnection: number
  channelsPerRequest: number
  /** Requests a connection may send within a sliding window. */
  requests: { limit: number; windowMs: number }
}

/** How one channel hears of itself. Handlers must not throw. */
export interface ChannelHandlers {
  /** The venue has granted the channel: from here on nothing is missed. */
  onUp(): void
  /** Nothing is told any more; it is asked for again. */
  onDown(reason: string): void
  /** The venue does not have it; nothing follows. */
  onRefused(reason: string): void
  /** `receivedAt`: our clock (ms). */
  onPayload(payload: unknown, receivedAt: number): void
}
