import type { WebSocket } from 'ws'
import type { Account } from '../engine/account.ts'
import { toJson } from '../http/json.ts'
import { mayCallFrom } from './api.ts'
import { CATEGORIES, type Category } from './categories.ts'
import { signedBy, socketPayload } from './sign.ts'
import { type BybitSocket, readMessage, type SocketSet } from './socket-set.ts'
import type { BybitVenue } from './venue.ts'

export type Topic = 'order' | 'execution' | 'execution.fast' | 'position' | 'wallet'

/** Topics that also exist by category; a request may not mix the two forms. */
const BY_CATEGORY = new Set(['order', 'execution', 'execution.fast', 'position'])
const OTHERS = new Set(['wallet', 'greeks', 'strategy', 'dcp.future', 'dcp.spot', 'dcp.option'])
const KNOWN_CATEGORIES = new Set<string>([...CATEGORIES, 'option', 'event'])

interface Message {
  op?: unknown
  req_id?: unknown
  args?: unknown
}

/** The path /v5/private: log on, subscribe, hear of orders, executions, positions and the wallet. */
export class PrivateSockets {
  readonly set: SocketSet
  readonly #venue: BybitVenue
  #messages = 0

  constructor(venue: BybitVenue, set: SocketSet) {
    this.#venue = venue
    this.set = set
  }

  open(ws: WebSocket, ip: string, query: string): void {
    const socket = this.set.open(ws, ip, query)
    ws.on('message', (data, isBinary) => {
      if (!socket.silent) this.#receive(socket, readMessage(data, isBinary))
    })
  }

  /** Whether anybody would hear it. */
  listened(account: Account): boolean {
    return this.set.of(account.id) !== undefined
  }

  /** Queues rows of one topic and category for every socket of the account that subscribed to them. */
  publish(account: Account, topic: Topic, category: Category | undefined, rows: Record<string, unknown>[]): void {
    const sockets = this.set.of(account.id)
    if (!sockets || rows.length === 0) return
    let text: { of: string; body: string } | undefined
    const id = `${account.uid}_${topic}_${++this.#messages}`
    for (const socket of sockets) {
      const own = category === undefined ? undefined : `${topic}.${category}`
      const name = socket.topics.has(topic) ? topic : own !== undefined && socket.topics.has(own) ? own : undefined
      if (name === undefined) continue
      if (text?.of !== name) text = { of: name, body: this.#frame(id, name, rows) }
      const frame = text.body
      this.#venue.world.outbox.push(() => {
        this.set.touch(socket)
        socket.deliver(frame)
      })
    }
  }

  #frame(id: string, topic: string, data: Record<string, unknown>[]): string {
    const creationTime = this.#venue.api.now()
    return toJson({ ...(topic.startsWith('execution.fast') ? {} : { id }), topic, creationTime, data })
  }

  #receive(socket: BybitSocket, message: Message | undefined): void {
    if (!message) {
      this.#answer(socket, {}, '', 'error:invalid message')
      return
    }
    switch (message.op) {
      case 'auth':
        this.#auth(socket, message)
        return
      case 'subscribe':
        this.#answer(socket, message, 'subscribe', this.#subscribe(socket, message.args))
        return
      case 'unsubscribe':
        for (const topic of topicsOf(message.args) ?? []) socket.topics.delete(topic)
        this.#answer(socket, message, 'unsubscribe', '')
        return
      case 'ping':
        socket.reply({
          ...requestId(message),
          op: 'pong',
          args: [String(this.#venue.api.now())],
          conn_id: socket.connId,
        })
        return
      default:
        this.#answer(socket, message, String(message.op ?? ''), `error:handler not found,op:${String(message.op)}`)
    }
  }

  #auth(socket: BybitSocket, message: Message): void {
    const failure = this.#authFailure(socket, message.args)
    this.#answer(socket, message, 'auth', failure)
    const { account } = socket
    if (failure === '' && account) this.#venue.dropSoonIfFaulty(account, socket.ws)
  }

  #authFailure(socket: BybitSocket, args: unknown): string {
    if (socket.account) return 'error:already authenticated'
    const account = authenticated(this.#venue, args, socket.ip)
    if (typeof account === 'string') return account
    this.set.logOn(socket, account)
    return ''
  }

  #subscribe(socket: BybitSocket, args: unknown): string {
    const topics = topicsOf(args)
    if (!topics) return 'Params Error'
    for (const topic of topics) if (!isTopic(topic)) return `Invalid topic: ${topic}`
    if (!socket.account) return `error:topic:${topics[0]} needs auth first`
    const mixed = topics.find((topic) => BY_CATEGORY.has(topic) && topics.some((each) => each.startsWith(`${topic}.`)))
    if (mixed !== undefined && topics.some((topic) => KNOWN_CATEGORIES.has(topic.slice(topic.lastIndexOf('.') + 1)))) {
      return `error:topic:${mixed} all-in-one and categorised topics can not be in the same request`
    }
    for (const topic of topics) socket.topics.add(topic)
    return ''
  }

  #answer(socket: BybitSocket, message: Message, op: string, failure: string): void {
    socket.reply({ success: failure === '', ret_msg: failure, op, conn_id: socket.connId, ...requestId(message) })
  }
}

/** Whose `auth` arguments these are, or why they are refused, in the words of the private path. */
export function authenticated(venue: BybitVenue, args: unknown, ip: string): Account | string {
  if (!Array.isArray(args)) return 'Params Error'
  const [apiKey, expires, signature] = args as unknown[]
  if (typeof apiKey !== 'string' || typeof expires !== 'number' || typeof signature !== 'string') return 'Params Error'
  const account = venue.world.accounts.byKey.get(apiKey)
  if (account?.exchange !== venue.exchange || venue.api.isExpired(account)) return 'Params Error'
  if (!mayCallFrom(account, ip)) return 'Params Error'
  const now = venue.api.now()
  if (expires <= now) return `error:request expired,expires:${expires},now:${now}`
  return signedBy(account.key, socketPayload(expires), signature) ? account : 'Params Error'
}

export function requestId(message: { req_id?: unknown }): { req_id?: string } {
  return typeof message.req_id === 'string' ? { req_id: message.req_id } : {}
}

function topicsOf(args: unknown): string[] | undefined {
  if (!Array.isArray(args) || args.length === 0 || args.some((each) => typeof each !== 'string')) return undefined
  return args as string[]
}

function isTopic(topic: string): boolean {
  if (BY_CATEGORY.has(topic) || OTHERS.has(topic)) return true
  const at = topic.lastIndexOf('.')
  if (at < 0) return false
  const kind = topic.slice(0, at)
  const category = topic.slice(at + 1)
  return BY_CATEGORY.has(kind) && KNOWN_CATEGORIES.has(category) && !(kind === 'position' && category === 'spot')
}
