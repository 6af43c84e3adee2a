import type { Credentials, DownCause } from '../../exchange.ts'
import type { Backoff } from '../../transport/backoff.ts'
import type { Connection, Receiver, UserEvent } from './connection.ts'
import type { Lane } from './lane.ts'

/** One account that wants its private stream. Its methods must not throw. */
export interface Member extends Receiver {
  readonly credentials: Credentials
  up(): void
  /** Called once per interruption, and again only when trying ends. */
  down(cause: DownCause, detail: string, retrying: boolean): void
  /** A frame that may have been this account's could not be read. */
  unreadable(text: string): void
}

/** The subscription that delivers an account's events. */
export interface Link {
  readonly connection: Connection
  readonly id: number
}

/** An account's place in a lane. */
export class Seat implements Receiver {
  readonly member: Member
  readonly backoff: Backoff
  lane: Lane | null = null
  link: Link | null = null
  /** Lanes whose connection carries the account already, through another of its keys. */
  avoid: ReadonlySet<Lane> = new Set()
  /** What the member was last told. */
  told: 'nothing' | 'up' | 'down' = 'nothing'
  cancelRetry: (() => void) | null = null
  #lastAliveAt: number | null = null

  constructor(member: Member, backoff: Backoff) {
    this.member = member
    this.backoff = backoff
  }

  receive(event: UserEvent): void {
    this.member.receive(event)
  }

  /** Our clock (ms); null before the first sign of life. */
  lastAliveAt(): number | null {
    return this.link?.connection.lastAliveAt ?? this.#lastAliveAt
  }

  /** Forgets its subscription and returns it. */
  unlink(): Link | null {
    const { link } = this
    this.#lastAliveAt = this.lastAliveAt()
    this.link = null
    return link
  }

  tellUp(): void {
    if (this.told === 'up') return
    this.told = 'up'
    this.member.up()
  }

  tellDown(cause: DownCause, detail: string): void {
    if (this.told === 'down') return
    this.told = 'down'
    this.member.down(cause, detail, true)
  }

  /** Nothing more is tried: the key's owner must act. */
  tellFinal(detail: string): void {
    this.told = 'down'
    this.member.down('auth', detail, false)
  }

  /** Leaves; the member hears nothing more. */
  leave(): void {
    this.lane?.remove(this)
  }
}
