import type { WebSocket } from 'ws'
import { StreamHub, type StreamSocket, streamsOfUrl, wrap } from '../binance/stream-hub.ts'
import type { Link } from '../faults/delivery.ts'
import { toJson } from '../http/json.ts'
import type { ListenKey } from './listen-keys.ts'
import type { FuturesVenue } from './venue.ts'

/**
 * The sockets under /private. A subscription is `<listenKey>@<EVENT>` or the bare `<listenKey>` for every event.
 * A key that does not exist, or no longer, is taken without a word and stays silent, as on the venue; only LIST_SUBSCRIPTIONS, which
 * does not name it, tells the two apart.
 */
export class PrivateStreams {
  readonly #venue: FuturesVenue
  readonly #hub: StreamHub
  /** Sockets by listen key. */
  readonly #byKey = new Map<string, Set<StreamSocket>>()
  readonly #links = new WeakMap<StreamSocket, Map<string, Link>>()

  constructor(venue: FuturesVenue) {
    this.#venue = venue
    this.#hub = new StreamHub({
      messagesPerSecond: 15,
      maxStreams: 1024,
      lists: (stream) => venue.listenKeys.find(keyOf(stream)) !== undefined,
      onSubscribe: (socket, stream) => this.#join(socket, keyOf(stream)),
      onUnsubscribe: (socket, stream) => this.#leave(socket, keyOf(stream)),
    })
  }

  get size(): number {
    return this.#hub.sockets.size
  }

  /** Opens a socket of `/private/ws…` or `/private/stream…`; `path` is what follows "/private". */
  open(ws: WebSocket, path: string, query: string): StreamSocket {
    const combined = path.startsWith('/stream')
    const socket = this.#hub.open(ws, combined, subscriptionsOfUrl(path, query))
    socket.silent = () => {
      const accountIds = this.accountIds(socket)
      const { exchange, mode } = this.#venue
      return this.#venue.delivery.socketIsSilent({ since: socket.since, exchange, mode, accountIds })
    }
    for (const accountId of this.accountIds(socket)) this.#venue.dropSoonIfFaulty(accountId, ws)
    return socket
  }

  listened(accountId: string): boolean {
    const key = this.#venue.listenKeys.of(accountId)
    return key !== undefined && this.#byKey.has(key.key)
  }

  publish(accountId: string, event: { e: string } & Record<string, unknown>): void {
    const key = this.#venue.listenKeys.of(accountId)
    if (key) this.#queue(key, event)
  }

  /** Tells the sockets that named the event, or everything; the key works no longer. */
  expired(key: ListenKey): void {
    this.#queue(key, { e: 'listenKeyExpired', E: this.#venue.world.clock.now(), listenKey: key.key })
  }

  socketsOf(accountId?: string): StreamSocket[] {
    if (accountId === undefined) return [...this.#hub.sockets]
    const key = this.#venue.listenKeys.of(accountId)
    return key ? [...(this.#byKey.get(key.key) ?? [])] : []
  }

  accountIds(socket: StreamSocket): string[] {
    const ids = new Set<string>()
    for (const stream of socket.streams) {
      const key = this.#venue.listenKeys.find(keyOf(stream))
      if (key) ids.add(key.accountId)
    }
    return [...ids]
  }

  #queue(key: ListenKey, event: { e: string } & Record<string, unknown>): void {
    const sockets = this.#byKey.get(key.key)
    if (!sockets) return
    const named = `${key.key}@${event.e}`
    let text: string | undefined
    for (const socket of sockets) {
      const stream = socket.streams.has(named) ? named : socket.streams.has(key.key) ? key.key : undefined
      if (stream === undefined) continue
      text ??= toJson(event)
      const frame = wrap(socket, stream, text)
      const link = this.#link(socket, key.accountId)
      this.#venue.world.outbox.push(() => this.#venue.delivery.send(link, frame))
    }
  }

  #link(socket: StreamSocket, accountId: string): Link {
    let links = this.#links.get(socket)
    if (!links) {
      links = new Map()
      this.#links.set(socket, links)
      socket.ws.on('close', () => {
        for (const link of this.#links.get(socket)?.values() ?? []) this.#venue.delivery.forget(link)
      })
    }
    let link = links.get(accountId)
    if (!link) {
      const { exchange, mode } = this.#venue
      link = { socket: socket.ws, accountId, exchange, mode, since: socket.since }
      links.set(accountId, link)
    }
    return link
  }

  #join(socket: StreamSocket, key: string): void {
    const sockets = this.#byKey.get(key)
    if (sockets) sockets.add(socket)
    else this.#byKey.set(key, new Set([socket]))
  }

  #leave(socket: StreamSocket, key: string): void {
    for (const stream of socket.streams) {
      if (keyOf(stream) === key && socket.ws.readyState === socket.ws.OPEN) return
    }
    const sockets = this.#byKey.get(key)
    sockets?.delete(socket)
    if (sockets?.size === 0) this.#byKey.delete(key)
  }
}

function keyOf(stream: string): string {
  const at = stream.indexOf('@')
  return at < 0 ? stream : stream.slice(0, at)
}

/**
 * What a private URL subscribes. `/ws/<listenKey>` connects and stays silent (measured since 2026-04); several
 * `listenKey` parameters each take the `events` that follow them; without `events` a key gets everything.
 */
export function subscriptionsOfUrl(path: string, query: string): string[] {
  const out: string[] = []
  let key: string | undefined
  let named = false
  const finish = () => {
    if (key !== undefined && !named) out.push(key)
  }
  for (const [name, value] of new URLSearchParams(query)) {
    if (name === 'listenKey') {
      finish()
      key = value
      named = false
    } else if (name === 'events' && key !== undefined) {
      named = true
      for (const event of value.split('/')) if (event !== '') out.push(`${key}@${event}`)
    }
  }
  finish()
  if (path.startsWith('/stream')) out.push(...(streamsOfUrl('/stream', query)?.streams ?? []))
  return out
}
