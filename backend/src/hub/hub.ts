import type { Clock } from '@tradercoin/exchanges'
import {
  type ClientMessage,
  closeCodes,
  type Environment,
  type Heartbeat,
  type KeyStatus,
  limits,
  type MarketRequest,
  parseClientMessage,
  type Snapshot,
} from '@tradercoin/protocol'
import type { RawData } from 'ws'
import type { AccessClaims, TokenRefusal } from '../auth/access-tokens.ts'
import { CounterWindow } from '../counter-window.ts'
import type { Logger } from '../log.ts'
import { type MarketHub, refusalOf } from '../market/market-hub.ts'
import type { TopicName } from '../market/market-topic.ts'
import type { Metrics } from '../metrics.ts'
import type { LoggedFrame } from '../store/events.ts'
import type { CommittedEvent } from '../store/outbox.ts'
import type { LiveSession } from '../store/sessions.ts'
import type { UserLog } from '../store/user-logs.ts'
import { errorFrame, keyStatusFrame, marketStatusFrame, pongFrame, reauthFrame } from './frames.ts'
import { bringUpToDate, catchUp } from './replay.ts'
import type { Tab } from './tab.ts'
import { TimerWheel } from './timer-wheel.ts'
import { UserChannel } from './user-channel.ts'

type Auth = Extract<ClientMessage, { type: 'auth' }>['data']

/** What the hub is given. Reads are synchronous and see every commit that it was told of. */
export interface HubDeps {
  clock: Clock
  log: Logger
  metrics: Metrics
  verifyToken(token: string): Promise<AccessClaims | TokenRefusal>
  readSession(sessionId: number, userId: number): LiveSession | undefined
  readLog(userId: number): UserLog | undefined
  readFrames(userId: number, after: number, limit: number): LoggedFrame[]
  /** Taken in one read transaction. */
  readSnapshot(userId: number): Omit<Snapshot, 'keys'>
  /** Every key of the user, running or not. */
  keyStatuses(userId: number): KeyStatus[]
  /** The same keys as a heartbeat tells of them. */
  keyPulse(userId: number): Heartbeat['keys']
  market: MarketHub
  /** Whose prices a user means who does not say. */
  marketEnvironment(userId: number, venue: Pick<MarketRequest, 'exchange' | 'trading_mode'>): Environment
  limits: HubLimits
}

export interface HubLimits {
  /** Milliseconds; null: 5 s, more when there are many tabs. */
  heartbeatMs: number | null
  /** Sign-ins a user's tabs may try in two seconds, together: each may ask for a replay. */
  signInsPerTwoSeconds: number
}

/** The tabs of all users: signs them in, brings them up to date, feeds them each commit, and closes them by name. */
export class Hub {
  readonly deps: HubDeps
  private readonly wheel: TimerWheel
  private readonly signIns: CounterWindow
  private readonly tabs = new Set<Tab>()
  private readonly channels = new Map<number, UserChannel>()
  private signedIn = 0

  constructor(deps: HubDeps) {
    this.deps = deps
    this.wheel = new TimerWheel(deps.clock)
    this.signIns = new CounterWindow(deps.clock, deps.limits.signInsPerTwoSeconds, 2_000)
  }

  /** Takes a socket whose upgrade was accepted. */
  add(tab: Tab): void {
    this.tabs.add(tab)
    this.wheel.set(tab, limits.authTimeoutMs)
  }

  /** Sends committed events to the tabs of their users. */
  publish(events: readonly CommittedEvent[]): void {
    const touched = new Set<UserChannel>()
    for (const event of events) {
      const channel = this.channels.get(event.user_id)
      if (!channel) continue
      channel.take(event)
      touched.add(channel)
    }
    for (const channel of touched) channel.flush()
  }

  /** Tells a user's tabs the new state of a key. */
  publishKeyStatus(userId: number, status: KeyStatus): void {
    this.channels.get(userId)?.sendAll(keyStatusFrame(status))
  }

  /** Closes every tab of a login session that has ended. */
  closeSession(userId: number, loginId: number): void {
    for (const tab of this.channels.get(userId)?.tabs ?? []) {
      if (tab.loginId === loginId) this.close(tab, closeCodes.sessionRevoked, 'session ended')
    }
  }

  /** Users that have tabs open here. */
  get userCount(): number {
    return this.channels.size
  }

  /** Closes a tab once. Whatever is still queued for it goes out first. */
  close(tab: Tab, code: number, reason: string): void {
    if (tab.state === 'closed') return
    this.forget(tab)
    this.deps.metrics.tabClosed.inc({ code })
    tab.socket.close(code, reason)
  }

  /** Sends every tab away to come back, and waits for the sockets to end, `graceMs` at most. */
  async shutDown(graceMs: number): Promise<void> {
    const all = [...this.tabs]
    for (const tab of all) this.close(tab, closeCodes.goingAway, 'the hub is going away')
    if (all.length > 0) {
      await new Promise<void>((resolve) => {
        const cancel = this.deps.clock.after(graceMs, resolve)
        let open = all.length
        for (const { socket } of all) {
          const ended = () => {
            open--
            if (open > 0) return
            cancel()
            resolve()
          }
          if (socket.readyState === socket.CLOSED) ended()
          else socket.once('close', ended)
        }
      })
      for (const { socket } of all) socket.terminate()
    }
    this.wheel.stop()
  }

  /** The socket has ended, by whichever side. `code` is what a close is counted under when it was not ours. */
  onSocketClosed(tab: Tab, code: number): void {
    if (tab.state === 'closed') return
    this.forget(tab)
    this.deps.metrics.tabClosed.inc({ code: countedCodes.has(code) ? code : 'other' })
  }

  onMessage(tab: Tab, data: RawData, isBinary: boolean): void {
    if (tab.state === 'closed') return
    tab.heard()
    if (!tab.takeMessage(this.deps.clock.now())) this.close(tab, closeCodes.tooManyMessages, 'too many messages')
    else if (isBinary) this.close(tab, 1003, 'text frames only')
    else this.onText(tab, data.toString())
  }

  onPing(tab: Tab): void {
    tab.heard()
    if (!tab.takeMessage(this.deps.clock.now())) this.close(tab, closeCodes.tooManyMessages, 'too many pings')
  }

  onTabDue(tab: Tab): void {
    if (tab.state === 'new') {
      this.close(tab, closeCodes.noAuth, 'no auth in time')
    } else if (tab.state === 'checking') {
      this.wheel.set(tab, limits.authTimeoutMs)
    } else if (tab.askedToRenew) {
      this.close(tab, closeCodes.tokenExpired, 'token expired')
    } else {
      tab.askedToRenew = true
      tab.send(reauthFrame(tab.tokenEndsAt))
      this.wheel.set(tab, tab.tokenEndsAt - this.deps.clock.now())
    }
  }

  onHeartbeatDue(channel: UserChannel): void {
    if (channel.tabs.size === 0) return
    channel.heartbeat(this.deps.clock.now(), this.deps.keyPulse(channel.userId))
    if (channel.tabs.size > 0) this.wheel.set(channel, channel.heartbeatMs)
  }

  observeDelivery(events: readonly CommittedEvent[]): void {
    const now = this.deps.clock.now()
    for (const { received_at } of events) this.deps.metrics.eventLatency.observe(Math.max(0, now - received_at) / 1000)
  }

  /** Lets sockets be read and written between two pages. */
  breathe(): Promise<void> {
    return new Promise((resolve) => setImmediate(resolve))
  }

  private onText(tab: Tab, text: string): void {
    const parsed = parseClientMessage(text)
    if (!parsed.ok) this.onBadRequest(tab, parsed.code, parsed.message)
    else if (parsed.message.type === 'auth') this.signIn(tab, parsed.message.data)
    else if (tab.state === 'new') this.close(tab, closeCodes.protocolError, 'auth comes first')
    else if (parsed.message.type === 'ping') tab.send(pongFrame(parsed.message.data))
    else if (parsed.message.type === 'reauth') this.renew(tab, parsed.message.data.token)
    else this.onMarket(tab, parsed.message.type, parsed.message.data)
  }

  private onMarket(tab: Tab, type: 'subscribe' | 'unsubscribe', request: MarketRequest): void {
    if (!tab.channel) {
      tab.send(errorFrame('not_ready', 'Subscribe after ready.'))
      return
    }
    const { channel, exchange, trading_mode, symbol } = request
    const interval = channel === 'candles' ? (request.interval ?? '1m') : null
    const name = { channel, exchange, trading_mode, symbol, interval }
    if (type === 'unsubscribe') {
      this.deps.market.unsubscribe(tab, name, request.environment ?? null)
      return
    }
    const byDefault = this.deps.marketEnvironment(tab.channel.userId, request)
    const environment = request.environment ?? byDefault
    this.watchMarket(tab, { ...name, environment }, environment === byDefault)
  }

  private watchMarket(tab: Tab, name: TopicName, is_default_environment: boolean): void {
    try {
      this.deps.market.subscribe(tab, name)
      tab.send(marketStatusFrame({ ...name, state: 'subscribed', reason: null, is_default_environment }))
    } catch (error) {
      const refusal = refusalOf(error)
      if (refusal === null) this.deps.log.error({ err: error }, 'market_subscription_failed')
      const { code, message } = refusal ?? { code: 'not_available', message: 'The hub could not subscribe.' }
      tab.endMarket(name, code, message, is_default_environment)
    }
  }

  private onBadRequest(tab: Tab, code: string, message: string): void {
    if (tab.strike()) this.close(tab, closeCodes.protocolError, 'too many bad requests')
    else tab.send(errorFrame(code, message))
  }

  private signIn(tab: Tab, auth: Auth): void {
    if (tab.state === 'new') {
      tab.state = 'checking'
      this.admit(tab, auth).catch((error) => this.onFailure(tab, error))
    } else {
      this.close(tab, closeCodes.protocolError, 'auth came twice')
    }
  }

  private async admit(tab: Tab, { token, resume }: Auth): Promise<void> {
    const claims = await this.checkedToken(tab, token)
    if (!claims) return
    const log = this.deps.readLog(claims.userId)
    if (!log) throw new Error('the user of a live session has no log')
    const refusal = this.refusalOf(claims.userId)
    if (refusal) {
      this.close(tab, ...refusal)
      return
    }
    const channel = this.channels.get(claims.userId) ?? this.openChannel(claims.userId, log)
    channel.tabs.add(tab)
    tab.settle()
    tab.channel = channel
    tab.state = 'replaying'
    this.deps.metrics.tabs.set(++this.signedIn)
    this.noteToken(tab, claims)
    await bringUpToDate(this, channel, tab, log, resume)
  }

  private refusalOf(userId: number): readonly [code: number, reason: string] | null {
    if (!this.signIns.take(userId)) return [closeCodes.tooManyMessages, 'too many sign-ins']
    const open = this.channels.get(userId)?.tabs.size ?? 0
    if (open >= limits.socketsPerUser)
      return [closeCodes.tooManySockets, `at most ${limits.socketsPerUser} sockets a user`]
    return null
  }

  /** Lets a live tab that has missed something read it from the database. */
  catchUp(channel: UserChannel, tab: Tab): void {
    catchUp(this, channel, tab).catch((error) => this.onFailure(tab, error))
  }

  private onFailure(tab: Tab, error: unknown): void {
    this.deps.log.error({ err: error }, 'tab_failed')
    this.close(tab, closeCodes.goingAway, 'the hub could not serve this tab')
  }

  private renew(tab: Tab, token: string): void {
    const renewed = this.checkedToken(tab, token).then((claims) => {
      if (!claims || !tab.channel) return
      if (claims.userId === tab.channel.userId) this.noteToken(tab, claims)
      else this.close(tab, closeCodes.protocolError, 'the token of another user')
    })
    renewed.catch((error) => this.onFailure(tab, error))
  }

  /** The claims of a good token whose session lives; otherwise the tab is closed with the reason. */
  private async checkedToken(tab: Tab, token: string): Promise<AccessClaims | null> {
    const claims = await this.deps.verifyToken(token)
    if (tab.state === 'closed') return null
    if (claims === 'expired') this.close(tab, closeCodes.tokenExpired, 'token expired')
    else if (claims === 'bad_token') this.close(tab, closeCodes.badToken, 'bad token')
    else if (this.deps.readSession(claims.sessionId, claims.userId)) return claims
    else this.close(tab, closeCodes.sessionRevoked, 'session ended')
    return null
  }

  private noteToken(tab: Tab, claims: AccessClaims): void {
    tab.loginId = claims.sessionId
    tab.tokenEndsAt = claims.expiresAt
    tab.askedToRenew = false
    this.wheel.set(tab, claims.expiresAt - limits.reauthLeadMs - this.deps.clock.now())
  }

  private openChannel(userId: number, log: UserLog): UserChannel {
    const channel = new UserChannel(this, userId, log, this.deps.limits.heartbeatMs ?? heartbeatFor(this.signedIn))
    this.channels.set(userId, channel)
    this.wheel.set(channel, channel.heartbeatMs)
    return channel
  }

  private forget(tab: Tab): void {
    tab.state = 'closed'
    tab.settle()
    this.wheel.clear(tab)
    this.deps.market.leave(tab)
    this.tabs.delete(tab)
    const { channel } = tab
    if (!channel) return
    tab.channel = null
    channel.tabs.delete(tab)
    this.deps.metrics.tabs.set(--this.signedIn)
    if (channel.tabs.size > 0) return
    this.wheel.clear(channel)
    this.channels.delete(channel.userId)
  }
}

/** Close codes that are counted by name when the other side closes; the rest would let a client make labels. */
const countedCodes: ReadonlySet<number> = new Set([1000, 1001, 1002, 1003, 1005, 1006, 1007, 1008, 1009])

/** Heartbeats cost about as much as events do, so they come less often when there are many tabs. */
function heartbeatFor(tabs: number): number {
  if (tabs < 1_000) return 5_000
  return tabs < 5_000 ? 10_000 : 25_000
}
