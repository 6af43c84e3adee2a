import type { ExchangeError } from '../errors.ts'
import type { Credentials } from '../exchange.ts'
import type { Socket } from '../transport/socket.ts'
import { isLateLogin, loginRefusal } from './errors.ts'
import type { Reply } from './frame.ts'
import { loginMessage } from './sign.ts'

export const topics = ['order', 'execution', 'position', 'wallet'] as const
/** Without these two the stream would not tell what it is for. */
const needed: ReadonlySet<string> = new Set(['order', 'execution'])

export interface LoginHandlers {
  /** The venue has confirmed the topics; `refused` names those it would not give. */
  onProven(refused: readonly string[]): void
  /**
   * The login or a topic was refused. `error`: what it says of the key, null when nothing is certain. `isLate`: the venue's clock is ahead
   * of what we took it for.
   */
  onRefused(detail: string, error: ExchangeError | null, isLate: boolean): void
}

type Step = 'login' | 'together' | 'one by one' | 'done'

/**
 * The way of one socket from its opening to its topics: log in, wait for the answer, ask for all topics at once, and where that fails
 * for each by itself, since one that the key lacks the right for fails the whole request.
 */
export class Login {
  readonly #socket: Socket
  readonly #handlers: LoginHandlers
  #step: Step = 'login'
  /** Topics asked for one by one and not answered, by request id. */
  readonly #asked = new Map<string, string>()
  readonly #missing: string[] = []

  /** `now`: the venue's time (ms), at the moment the login leaves. */
  constructor(socket: Socket, credentials: Credentials, now: number, handlers: LoginHandlers) {
    this.#socket = socket
    this.#handlers = handlers
    socket.send(loginMessage(credentials, 'auth', now))
  }

  answered(reply: Reply): void {
    if (reply.op === 'auth' && this.#step === 'login') this.#loggedIn(reply)
    else if (reply.op === 'subscribe') this.#subscribed(reply)
    else if (reply.op === 'other' && !reply.ok && this.#step === 'login') this.#loggedIn(reply)
  }

  #loggedIn(reply: Reply) {
    if (!reply.ok) return this.#refused('login', reply)
    this.#step = 'together'
    this.#ask('all', topics)
  }

  #ask(requestId: string, names: readonly string[]) {
    this.#socket.send(JSON.stringify({ req_id: requestId, op: 'subscribe', args: names }))
  }

  #subscribed(reply: Reply) {
    if (this.#step === 'together') {
      if (reply.ok) return this.#proven()
      this.#step = 'one by one'
      for (const topic of topics) {
        this.#asked.set(`one-${topic}`, topic)
        this.#ask(`one-${topic}`, [topic])
      }
    } else if (this.#step === 'one by one') this.#subscribedOne(reply)
  }

  #subscribedOne(reply: Reply) {
    // Some refusals name no request; they come in the order of the requests.
    const id = reply.requestId ?? [...this.#asked.keys()][0] ?? ''
    const topic = this.#asked.get(id)
    if (topic === undefined) return
    this.#asked.delete(id)
    if (!reply.ok) {
      if (needed.has(topic)) return this.#refused(`topic ${topic}`, reply)
      this.#missing.push(topic)
    }
    if (this.#asked.size === 0) this.#proven()
  }

  #refused(what: string, reply: Reply) {
    this.#step = 'done'
    const detail = `${what} refused: ${reply.msg ?? reply.code ?? 'no reason given'}`
    this.#handlers.onRefused(detail, loginRefusal(reply), isLateLogin(reply.msg))
  }

  #proven() {
    this.#step = 'done'
    this.#handlers.onProven(this.#missing)
  }
}
