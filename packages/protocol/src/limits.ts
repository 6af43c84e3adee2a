/* Constants of the WebSocket protocol, apart from its schemas so that a page can have the one without the other. */

/** Version of the WebSocket protocol, told in `ready`. */
export const protocolVersion = 1

/** The limits both ends know. Bytes and milliseconds. */
export const limits = {
  maxFrameBytes: 16 * 1024,
  maxFragments: 16,
  /** Nested objects and arrays in a client's message. */
  maxDepth: 16,
  authTimeoutMs: 5_000,
  maxQueueBytes: 1024 * 1024,
  messagesPerWindow: 20,
  messageWindowMs: 10_000,
  badRequestsBeforeClose: 3,
  socketsPerUser: 20,
  /** Market subscriptions of one socket. */
  marketTopics: 32,
  /** Between two messages of one market subscription. */
  marketIntervalMs: 100,
  /** Of heartbeat_ms: a tab that has heard nothing for this long is stale. */
  staleHeartbeats: 1.5,
  /** `reauth` is asked this long before the token ends. */
  reauthLeadMs: 60_000,
} as const

/** Why the hub closed a socket; PROTOCOL.md says what a client does then. */
export const closeCodes = {
  goingAway: 4000,
  tooSlow: 4008,
  gap: 4010,
  tokenExpired: 4011,
  tooManyMessages: 4029,
  badToken: 4501,
  noAuth: 4502,
  sessionRevoked: 4503,
  protocolError: 4504,
  tooManySockets: 4505,
} as const

/** Codes after which reconnecting as it is would only fail again. 1008 and 1009 are the WebSocket's own policy and size codes. */
export const finalCloseCodes: ReadonlySet<number> = new Set([4501, 4502, 4503, 4504, 4505, 1008, 1009])
