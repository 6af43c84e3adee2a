import type { Endpoint } from '../binance/api.ts'
import { ApiError, badKey } from '../binance/errors.ts'
import { isEd25519 } from '../binance/sign.ts'
import type { ApiSession } from '../binance/ws-api.ts'
import type { Account } from '../engine/account.ts'
import type { Link } from '../faults/delivery.ts'
import { inMicroseconds, toJson } from '../http/json.ts'
import type { SpotVenue } from './venue.ts'

const MAX_ACTIVE = 1000
const MAX_LIFETIME = 65_535

interface Subscription extends Link {
  readonly id: number
  readonly session: ApiSession
  /** Made with userDataStream.subscribe, so session.logout ends it. */
  readonly byLogon: boolean
}

interface Connection {
  session: ApiSession
  active: Map<number, Subscription>
  byAccount: Map<string, Subscription>
  nextId: number
}

/** User data subscriptions of all WebSocket API connections (fact sheet: binance.md section 4). */
export class UserStreams {
  readonly #venue: SpotVenue
  readonly #connections = new Map<ApiSession, Connection>()
  readonly #byAccount = new Map<string, Set<Subscription>>()

  constructor(venue: SpotVenue) {
    this.#venue = venue
  }

  get size(): number {
    return this.#connections.size
  }

  open(session: ApiSession): void {
    this.#connections.set(session, { session, active: new Map(), byAccount: new Map(), nextId: 0 })
    session.ws.on('close', () => {
      const connection = this.#connections.get(session)
      this.#connections.delete(session)
      for (const subscription of connection?.active.values() ?? []) this.#drop(subscription)
    })
  }

  listened(accountId: string): boolean {
    return this.#byAccount.has(accountId)
  }

  /** Queues an event for every socket that carries the account. */
  publish(accountId: string, event: Record<string, unknown>): void {
    const subscriptions = this.#byAccount.get(accountId)
    if (!subscriptions) return
    const millis = toJson(event)
    for (const subscription of subscriptions) {
      const text = subscription.session.microseconds ? toJson(inMicroseconds(event)) : millis
      this.#venue.world.outbox.push(() => {
        if (this.#byAccount.get(accountId)?.has(subscription)) {
          this.#venue.delivery.send(subscription, `{"subscriptionId":${subscription.id},"event":${text}}`)
        }
      })
    }
  }

  subscribe(session: ApiSession, account: Account, byLogon: boolean): { subscriptionId: number } {
    const connection = this.#connection(session)
    if (connection.byAccount.has(account.id)) {
      throw new ApiError(-2035, 'User Data Stream subscription already active.')
    }
    if (connection.active.size >= MAX_ACTIVE) {
      throw new ApiError(-1191, 'Too many subscriptions.', { status: 400 })
    }
    if (connection.nextId >= MAX_LIFETIME) {
      throw new ApiError(-2042, 'Subscription ID limit reached for this connection.')
    }
    const subscription: Subscription = {
      id: connection.nextId++,
      session,
      byLogon,
      socket: session.ws,
      accountId: account.id,
      exchange: 'binance',
      mode: 'spot',
      since: Date.now(),
    }
    connection.active.set(subscription.id, subscription)
    connection.byAccount.set(account.id, subscription)
    const all = this.#byAccount.get(account.id)
    if (all) all.add(subscription)
    else this.#byAccount.set(account.id, new Set([subscription]))
    this.#venue.dropSoonIfFaulty(account.id, session.ws)
    return { subscriptionId: subscription.id }
  }

  unsubscribe(session: ApiSession, id: number | undefined): void {
    const connection = this.#connection(session)
    const ending = id === undefined ? [...connection.active.values()] : [connection.active.get(id)]
    for (const subscription of ending) {
      if (!subscription) throw new ApiError(-2036, 'User Data Stream subscription not active.')
      this.#terminate(subscription)
    }
  }

  logout(session: ApiSession): void {
    for (const subscription of [...this.#connection(session).active.values()]) {
      if (subscription.byLogon) this.#terminate(subscription)
    }
  }

  ids(session: ApiSession): { subscriptionId: number }[] {
    return [...this.#connection(session).active.keys()].map((subscriptionId) => ({ subscriptionId }))
  }

  accountIds(session: ApiSession): string[] {
    return [...(this.#connections.get(session)?.byAccount.keys() ?? [])]
  }

  /** Ends an account's subscriptions with `eventStreamTerminated`, as an expired credential does. */
  end(accountId?: string): number {
    const ending = [...this.#byAccount]
      .filter(([id]) => accountId === undefined || id === accountId)
      .flatMap(([, set]) => [...set])
    for (const subscription of ending) this.#terminate(subscription)
    return ending.length
  }

  sockets(accountId?: string): Set<ApiSession> {
    if (accountId === undefined) return new Set(this.#connections.keys())
    return new Set([...(this.#byAccount.get(accountId) ?? [])].map(({ session }) => session))
  }

  #terminate(subscription: Subscription): void {
    const event = { e: 'eventStreamTerminated', E: this.#venue.world.clock.now() }
    this.#venue.delivery.send(subscription, toJson({ subscriptionId: subscription.id, event }))
    const connection = this.#connections.get(subscription.session)
    connection?.active.delete(subscription.id)
    connection?.byAccount.delete(subscription.accountId)
    this.#drop(subscription)
  }

  #drop(subscription: Subscription): void {
    this.#venue.delivery.forget(subscription)
    const all = this.#byAccount.get(subscription.accountId)
    all?.delete(subscription)
    if (all?.size === 0) this.#byAccount.delete(subscription.accountId)
  }

  #connection(session: ApiSession): Connection {
    const connection = this.#connections.get(session)
    if (!connection) throw new ApiError(-2036, 'User Data Stream subscription not active.')
    return connection
  }
}

/** `session.*` and `userDataStream.*` of the Spot WebSocket API. */
export function streamEndpoints(venue: SpotVenue): Endpoint[] {
  const { streams } = venue
  const needSession = (session: ApiSession | undefined): ApiSession => {
    if (!session) throw new ApiError(-1020, 'This operation is not supported.')
    return session
  }
  const describe = (session: ApiSession) => ({
    apiKey: session.account?.key.apiKey ?? null,
    authorizedSince: session.authorizedAt,
    connectedSince: session.connectedAt,
    returnRateLimits: session.returnRateLimits,
    serverTime: venue.api.now(),
    userDataStream: streams.ids(session).length > 0,
  })
  return [
    {
      ws: 'session.logon',
      security: 'USER_STREAM',
      weight: 2,
      params: '',
      run: ({ session, account }) => {
        const own = needSession(session)
        if (!isEd25519(account.key)) throw new ApiError(-1193, 'Only Ed25519 keys are supported for this operation.')
        own.account = account
        own.authorizedAt = venue.api.now()
        return describe(own)
      },
    },
    {
      ws: 'session.status',
      security: 'NONE',
      weight: 2,
      params: '',
      run: ({ session }) => describe(needSession(session)),
    },
    {
      ws: 'session.logout',
      security: 'NONE',
      weight: 2,
      params: '',
      run: ({ session }) => {
        const own = needSession(session)
        streams.logout(own)
        own.account = undefined
        own.authorizedAt = null
        return describe(own)
      },
    },
    {
      ws: 'session.subscriptions',
      security: 'NONE',
      weight: 2,
      params: '',
      run: ({ session }) => streams.ids(needSession(session)),
    },
    {
      ws: 'userDataStream.subscribe',
      security: 'NONE',
      weight: 2,
      params: '',
      run: ({ session }) => {
        const own = needSession(session)
        if (!own.account) throw badKey()
        if (own.account.key.revoked) throw own.revoked()
        return streams.subscribe(own, own.account, true)
      },
    },
    {
      ws: 'userDataStream.subscribe.signature',
      security: 'USER_STREAM',
      weight: 2,
      params: '',
      run: ({ session, account }) => streams.subscribe(needSession(session), account, false),
    },
    {
      ws: 'userDataStream.unsubscribe',
      security: 'NONE',
      weight: 2,
      params: 'subscriptionId',
      run: ({ session, params }) => {
        streams.unsubscribe(needSession(session), params.integer('subscriptionId'))
        return {}
      },
    },
  ]
}
