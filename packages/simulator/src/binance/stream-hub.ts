import type { WebSocket } from 'ws'
import { toJson } from '../http/json.ts'

/** A socket of `/ws` (raw frames) or `/stream` (frames wrapped as {stream, data}). */
export interface StreamSocket {
  readonly ws: WebSocket
  readonly streams: Set<string>
  readonly since: number
  combined: boolean
  silent: () => boolean
  /** Incoming messages in the running second. */
  second: number
  messages: number
}

export interface StreamHubOptions {
  /** How many control messages a second are answered before the socket is closed. */
  messagesPerSecond: number
  maxStreams: number
  /** Whether LIST_SUBSCRIPTIONS names a stream; all of them unless told. */
  lists?: (stream: string) => boolean
  onSubscribe?: (socket: StreamSocket, stream: string) => void
  onUnsubscribe?: (socket: StreamSocket, stream: string) => void
}

/** Who listens to which stream, and the control messages SUBSCRIBE, UNSUBSCRIBE, LIST_SUBSCRIPTIONS and properties. */
export class StreamHub {
  readonly #options: StreamHubOptions
  readonly #byStream = new Map<string, Set<StreamSocket>>()
  readonly sockets = new Set<StreamSocket>()

  constructor(options: StreamHubOptions) {
    this.#options = options
  }

  open(ws: WebSocket, combined: boolean, streams: string[]): StreamSocket {
    const socket: StreamSocket = {
      ws,
      combined,
      streams: new Set(),
      since: Date.now(),
      silent: () => false,
      second: 0,
      messages: 0,
    }
    this.sockets.add(socket)
    ws.on('message', (data, isBinary) => this.#receive(socket, isBinary ? '' : data.toString()))
    ws.on('ping', () => this.#count(socket))
    ws.on('close', () => {
      this.sockets.delete(socket)
      for (const stream of socket.streams) this.#leave(socket, stream)
      socket.streams.clear()
    })
    for (const stream of streams) this.subscribe(socket, stream)
    return socket
  }

  listeners(stream: string): ReadonlySet<StreamSocket> | undefined {
    return this.#byStream.get(stream)
  }

  get size(): number {
    return this.#byStream.size
  }

  /** Sends one payload to everybody on a stream; `make` runs only when somebody is. */
  publish(stream: string, make: () => unknown): void {
    const sockets = this.#byStream.get(stream)
    if (!sockets) return
    const text = toJson(make())
    for (const socket of sockets) this.sendTo(socket, stream, text)
  }

  sendTo(socket: StreamSocket, stream: string, text: string): void {
    if (socket.ws.readyState !== socket.ws.OPEN || socket.silent()) return
    // A reader that does not keep up loses market data, not memory of the server.
    if (socket.ws.bufferedAmount > 4 * 1024 * 1024) return
    socket.ws.send(wrap(socket, stream, text))
  }

  subscribe(socket: StreamSocket, stream: string): void {
    if (socket.streams.has(stream)) return
    socket.streams.add(stream)
    const sockets = this.#byStream.get(stream)
    if (sockets) sockets.add(socket)
    else this.#byStream.set(stream, new Set([socket]))
    this.#options.onSubscribe?.(socket, stream)
  }

  unsubscribe(socket: StreamSocket, stream: string): void {
    if (!socket.streams.delete(stream)) return
    this.#leave(socket, stream)
  }

  #leave(socket: StreamSocket, stream: string): void {
    const sockets = this.#byStream.get(stream)
    sockets?.delete(socket)
    if (sockets?.size === 0) this.#byStream.delete(stream)
    this.#options.onUnsubscribe?.(socket, stream)
  }

  /** Returns false when the socket was closed for talking too much. */
  #count(socket: StreamSocket): boolean {
    const second = Math.floor(Date.now() / 1000)
    if (socket.second !== second) {
      socket.second = second
      socket.messages = 0
    }
    socket.messages += 1
    if (socket.messages <= this.#options.messagesPerSecond) return true
    socket.ws.close(1008, 'Too many requests')
    return false
  }

  #receive(socket: StreamSocket, text: string): void {
    if (!this.#count(socket) || socket.silent()) return
    const reply = this.#answer(socket, text)
    if (socket.ws.readyState === socket.ws.OPEN) socket.ws.send(toJson(reply))
  }

  #answer(socket: StreamSocket, text: string): unknown {
    let request: Record<string, unknown>
    try {
      request = JSON.parse(text) as Record<string, unknown>
    } catch (error) {
      return { code: 3, msg: `Invalid JSON: ${error instanceof Error ? error.message : 'unreadable'}` }
    }
    if (request === null || typeof request !== 'object') return { code: 2, msg: 'Invalid request: not an object' }
    const { id = null, method, params } = request
    switch (method) {
      case 'SUBSCRIBE':
      case 'UNSUBSCRIBE': {
        if (!Array.isArray(params) || params.some((each) => typeof each !== 'string')) {
          return { code: 2, msg: 'Invalid request: params must be an array of strings', id }
        }
        for (const stream of params as string[]) {
          if (method === 'UNSUBSCRIBE') this.unsubscribe(socket, stream)
          else if (socket.streams.size >= this.#options.maxStreams) {
            setImmediate(() => socket.ws.close(1008, 'Too many subscriptions'))
            return { code: 4, msg: 'Too many subscriptions', id }
          } else this.subscribe(socket, stream)
        }
        return { result: null, id }
      }
      case 'LIST_SUBSCRIPTIONS':
        return { result: [...socket.streams].filter(this.#options.lists ?? (() => true)).sort(), id }
      case 'SET_PROPERTY': {
        const [name, value] = Array.isArray(params) ? params : []
        if (name !== 'combined') return { code: 0, msg: 'Unknown property', id }
        if (typeof value !== 'boolean') return { code: 1, msg: 'Invalid value type: expected Boolean', id }
        socket.combined = value
        return { result: null, id }
      }
      case 'GET_PROPERTY':
        if (!Array.isArray(params) || params[0] !== 'combined') return { code: 0, msg: 'Unknown property', id }
        return { result: socket.combined, id }
      default:
        return {
          code: 2,
          msg: 'Invalid request: method must be one of SUBSCRIBE, UNSUBSCRIBE, LIST_SUBSCRIPTIONS, SET_PROPERTY, GET_PROPERTY',
          id,
        }
    }
  }
}

export function wrap(socket: StreamSocket, stream: string, text: string): string {
  return socket.combined ? `{"stream":${JSON.stringify(stream)},"data":${text}}` : text
}

/** Stream names of a connection URL: "/ws/a/b" or "/stream?streams=a/b". */
export function streamsOfUrl(path: string, query: string): { combined: boolean; streams: string[] } | undefined {
  const decoded = (text: string) => {
    try {
      return decodeURIComponent(text)
    } catch {
      return text
    }
  }
  const raw = /^\/ws(?:\/(.*))?$/.exec(path)
  if (raw)
    return {
      combined: false,
      streams: (raw[1] ?? '')
        .split('/')
        .filter((each) => each !== '')
        .map(decoded),
    }
  if (path !== '/stream' && path !== '/stream/') return undefined
  const streams = new URLSearchParams(query).get('streams') ?? ''
  return { combined: true, streams: streams.split('/').filter((each) => each !== '') }
}
