import { randomUUID } from 'node:crypto'
import type { WebSocket } from 'ws'
import { Detailed, HANG_UP, type Meter } from './api.ts'
import { isCategory } from './categories.ts'
import { ApiError, badParameter } from './errors.ts'
import { Params } from './params.ts'
import { authenticated } from './private-sockets.ts'
import { limitHeaders } from './rate-limits.ts'
import { type BybitSocket, readMessage, type SocketSet } from './socket-set.ts'
import type { BybitVenue } from './venue.ts'

const MOST_SESSIONS = 100
const REMEMBERED_IDS = 1000

interface Message {
  op?: unknown
  reqId?: unknown
  header?: unknown
  args?: unknown
}

/** The path /v5/trade: the calls of order entry, answered like REST but accepted only. */
export class TradeSockets {
  readonly set: SocketSet
  readonly #venue: BybitVenue
  readonly #ids = new WeakMap<BybitSocket, Set<string>>()
  /** Sockets of a server that restarts: no new orders there. */
  readonly #ending = new WeakSet<BybitSocket>()

  constructor(venue: BybitVenue, set: SocketSet) {
    this.#venue = venue
    this.set = set
  }

  open(ws: WebSocket, ip: string, query: string): void {
    const socket = this.set.open(ws, ip, query)
    this.#ids.set(socket, new Set())
    ws.on('message', (data, isBinary) => {
      if (!socket.silent) this.#receive(socket, readMessage(data, isBinary))
    })
  }

  announceEnd(socket: BybitSocket): void {
    this.#ending.add(socket)
  }

  #receive(socket: BybitSocket, message: Message | undefined): void {
    if (!message) {
      this.#answer(socket, {}, { retCode: 10001, retMsg: 'Parameter error' })
      return
    }
    if (message.op === 'auth') this.#auth(socket, message)
    else if (message.op === 'ping') this.#pong(socket, message)
    else this.#order(socket, message)
  }

  #pong(socket: BybitSocket, message: Message): void {
    const data = [String(this.#venue.api.now())]
    socket.reply({ ...reqId(message), retCode: 0, retMsg: 'OK', op: 'pong', data, connId: socket.connId })
  }

  #auth(socket: BybitSocket, message: Message): void {
    const account = authenticated(this.#venue, message.args, socket.ip)
    let failure: { retCode: number; retMsg: string } | undefined
    if (socket.account) failure = { retCode: 20001, retMsg: 'Repeat auth' }
    else if (account === 'Params Error' && !wellFormed(message.args))
      failure = { retCode: 10001, retMsg: 'Parameter error' }
    else if (typeof account === 'string') failure = { retCode: 10004, retMsg: 'invalid sign' }
    // Demo accounts have no order entry.
    else if (account.environment === 'demo') failure = { retCode: 10003, retMsg: 'Invalid apikey' }
    else if ((this.set.of(account.id)?.size ?? 0) >= MOST_SESSIONS) {
      failure = { retCode: 10003, retMsg: 'Too many sessions under the same UID' }
    } else {
      this.set.logOn(socket, account)
      this.#venue.dropSoonIfFaulty(account, socket.ws)
    }
    this.#answer(socket, message, failure ?? { retCode: 0, retMsg: 'OK' })
  }

  #order(socket: BybitSocket, message: Message): void {
    const meter: Meter = {}
    let category: unknown
    try {
      this.#check(socket, message)
      const [args] = message.args as unknown[]
      category = (args as Record<string, unknown> | undefined)?.category
      const { account } = socket
      if (!account) throw new ApiError(10005, 'Permission denied, please log on first.')
      const params = new Params(args as Record<string, unknown>)
      const value = this.#venue.api.ws(String(message.op), params, account, meter)
      if (value === HANG_UP) {
        socket.ws.terminate()
        return
      }
      const { result, extInfo } = value instanceof Detailed ? value : new Detailed(value, {})
      const body = { retCode: 0, retMsg: 'OK', data: result, retExtInfo: extInfo }
      this.#answer(socket, message, { ...body, header: this.#header(meter) })
    } catch (error) {
      const known = isCategory(category) ? category : undefined
      const { code: retCode, message: retMsg } = this.#venue.api.failure(error, known)
      this.#answer(socket, message, {
        retCode,
        retMsg,
        data: {},
        retExtInfo: {},
        ...(meter.state && { header: this.#header(meter) }),
      })
    }
  }

  /** What is refused before anybody looks at the order. */
  #check(socket: BybitSocket, message: Message): void {
    if (this.#ending.has(socket)) throw new ApiError(10019, 'ws trade service is restarting, please reconnect')
    if (this.#venue.api.limits.socketFull(socket.ip)) throw new ApiError(10403, 'Exceed IP rate limit')
    const { reqId, header, args } = message
    if (reqId !== undefined) {
      if (typeof reqId !== 'string' || reqId.length > 36) throw badParameter('Parameter error: reqId')
      const seen = this.#ids.get(socket) as Set<string>
      if (seen.has(reqId)) throw new ApiError(20006, 'reqId duplicated')
      seen.add(reqId)
      if (seen.size > REMEMBERED_IDS) seen.delete(seen.values().next().value as string)
    }
    if (header === null || typeof header !== 'object') throw badParameter('Parameter error: header')
    const given = header as Record<string, unknown>
    this.#venue.api.checkTime(text(given['X-BAPI-TIMESTAMP']), text(given['X-BAPI-RECV-WINDOW']))
    const first = Array.isArray(args) && args.length === 1 ? (args[0] as unknown) : undefined
    if (first === null || typeof first !== 'object') throw badParameter('Parameter error: args')
  }

  #header({ state }: Meter): Record<string, string> {
    const Timenow = String(this.#venue.api.now())
    return { Timenow, ...(state ? limitHeaders(state) : {}), Traceid: randomUUID().replaceAll('-', '') }
  }

  #answer(socket: BybitSocket, message: Message, body: Record<string, unknown>): void {
    const { retCode, retMsg, ...rest } = body
    socket.reply({ ...reqId(message), retCode, retMsg, op: message.op ?? '', ...rest, connId: socket.connId })
  }
}

function wellFormed(args: unknown): boolean {
  return (
    Array.isArray(args) && typeof args[0] === 'string' && typeof args[1] === 'number' && typeof args[2] === 'string'
  )
}

function reqId(message: Message): { reqId?: string } {
  return typeof message.reqId === 'string' ? { reqId: message.reqId } : {}
}

function text(value: unknown): string | undefined {
  return typeof value === 'string' || typeof value === 'number' ? String(value) : undefined
}
