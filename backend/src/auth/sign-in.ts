import type { Clock } from '@tradercoin/exchanges'
import type { User } from '@tradercoin/protocol'
import type { Logger } from '../log.ts'
import { type LiveSession, readSessionOwner } from '../store/sessions.ts'
import type { Store } from '../store/store.ts'
import { type Account, findAccount, plainEmail, readAccount } from '../store/users.ts'
import { type AccessTokens, accessTokenSeconds } from './access-tokens.ts'
import type { LoginThrottle } from './login-throttle.ts'
import type { Passwords } from './passwords.ts'
import { type RefreshTokens, refreshHash } from './refresh-tokens.ts'

/** Who is asking: for the list of sessions and the audit log. */
export interface Client {
  ip: string
  userAgent: string | null
}

export interface SignedIn {
  user: User
  access_token: string
  expires_in: number
  /** For the cookie alone. */
  refresh_token: string
}

/** The words are the same whether the address is unknown, the password wrong, or the account has to wait. */
export class SignInRefused extends Error {
  override readonly name = 'SignInRefused'
  readonly code: 'invalid_login' | 'registration_closed' | 'session_ended'

  constructor(code: SignInRefused['code'], message: string) {
    super(message)
    this.code = code
  }
}

export interface SignInDeps {
  store: Store
  clock: Clock
  log: Logger
  passwords: Passwords
  throttle: LoginThrottle
  accessTokens: AccessTokens
  refreshTokens: RefreshTokens
  registration: 'open' | 'closed'
  /** Told when a login session has ended, to close its tabs. */
  onSessionEnded(userId: number, sessionId: number): void
}

/** Registers, signs in and out, and keeps sessions. */
export class SignIn {
  private readonly deps: SignInDeps

  constructor(deps: SignInDeps) {
    this.deps = deps
  }

  /** @throws SignInRefused, JobError `email_taken`, PasswordsBusy */
  async register(email: string, password: string, client: Client): Promise<SignedIn> {
    const { store, passwords, registration } = this.deps
    if (registration === 'closed') {
      throw new SignInRefused('registration_closed', 'This hub takes no new users by itself; ask its administrator.')
    }
    const password_hash = await passwords.hash(password)
    const user = await store.writer.run('createUser', {
      email,
      password_hash,
      role: 'user',
      actor: 'anonymous',
      ip: client.ip,
    })
    return this.open(user, client)
  }

  /** @throws SignInRefused, PasswordsBusy */
  async login(email: string, password: string, client: Client): Promise<SignedIn> {
    const { store, passwords, throttle } = this.deps
    const account = findAccount(store.db, email)
    const waiting = throttle.mustWait(email)
    // The same work for everyone, so that the time tells nothing.
    const isRight = await passwords.verify(waiting ? null : (account?.password_hash ?? null), password)
    if (!account || !isRight || account.is_active === 0) {
      if (!waiting) throttle.failed(email)
      await this.noteFailure(account, email, client)
      throw new SignInRefused(
        'invalid_login',
        'The e-mail address or the password is wrong. After several attempts, wait a moment before the next.',
      )
    }
    throttle.succeeded(email)
    if (passwords.isOutdated(account.password_hash)) {
      await store.writer.run('replacePasswordHash', {
        user_id: account.id,
        password_hash: await passwords.hash(password),
      })
    }
    const { id, role, created_at } = account
    return this.open({ id, email: account.email, role, created_at }, client)
  }

  /** Trades a refresh token for its successor and a new access token. @throws SignInRefused */
  async refresh(token: string, client: Client): Promise<SignedIn> {
    const { store, refreshTokens } = this.deps
    const claims = refreshTokens.read(token)
    if (!claims) throw sessionEnded()
    const next = refreshTokens.next(claims)
    const result = await store.writer.run('rotateSession', {
      session_id: claims.sessionId,
      presented_hash: refreshHash(token),
      next_hash: refreshHash(next),
      ip: client.ip,
    })
    if (result.outcome === 'reused') {
      this.deps.log.warn({ user_id: result.user_id }, 'refresh_token_reused')
      this.deps.onSessionEnded(result.user_id, claims.sessionId)
    }
    if (result.outcome === 'reused' || result.outcome === 'ended') throw sessionEnded()
    return this.answer(result.session, next)
  }

  /** The session that a refresh token belongs to, for a logout without an access token. */
  async logoutByRefreshToken(token: string, ip: string): Promise<void> {
    const claims = this.deps.refreshTokens.read(token)
    const owner = claims && readSessionOwner(this.deps.store.db, claims.sessionId)
    if (claims && owner) await this.end(owner.user_id, claims.sessionId, ip)
  }

  /** Ends one session of the user and its tabs. @throws JobError `not_found` */
  async end(userId: number, sessionId: number, ip: string): Promise<void> {
    await this.deps.store.writer.run('revokeSession', { user_id: userId, session_id: sessionId, ip })
    this.deps.onSessionEnded(userId, sessionId)
  }

  /** Ends every other session of the user. */
  async endOthers({ session_id, user }: LiveSession, ip: string): Promise<void> {
    const ended = await this.deps.store.writer.run('revokeOtherSessions', { user_id: user.id, session_id, ip })
    for (const id of ended) this.deps.onSessionEnded(user.id, id)
  }

  /** @throws SignInRefused when the current password is wrong, PasswordsBusy */
  async changePassword(session: LiveSession, current: string, wanted: string, ip: string): Promise<void> {
    const { store, passwords, throttle } = this.deps
    const { user, session_id } = session
    const account = readAccount(store.db, { user_id: user.id })
    const waiting = throttle.mustWait(user.email)
    if (!(await passwords.verify(waiting ? null : (account?.password_hash ?? null), current))) {
      if (!waiting) throttle.failed(user.email)
      throw new SignInRefused('invalid_login', 'The current password is wrong. After several attempts, wait a moment.')
    }
    const password_hash = await passwords.hash(wanted)
    const ended = await store.writer.run('changePassword', { user_id: user.id, password_hash, session_id, ip })
    for (const id of ended) this.deps.onSessionEnded(user.id, id)
  }

  private async open(user: User, client: Client): Promise<SignedIn> {
    const { store, refreshTokens } = this.deps
    const { sessionId, token } = refreshTokens.first()
    await store.writer.run('openSession', {
      id: sessionId,
      user_id: user.id,
      refresh_hash: refreshHash(token),
      user_agent: client.userAgent?.slice(0, 256) ?? null,
      ip: client.ip,
    })
    return this.answer({ session_id: sessionId, user }, token)
  }

  private async answer({ session_id, user }: LiveSession, refresh_token: string): Promise<SignedIn> {
    const access_token = await this.deps.accessTokens.sign(user.id, session_id)
    return { user, access_token, expires_in: accessTokenSeconds, refresh_token }
  }

  private async noteFailure(account: Account | undefined, email: string, { ip }: Client): Promise<void> {
    const detail = { known: account !== undefined, email_length: plainEmail(email).length }
    const user_id = account?.id ?? null
    await this.deps.store.writer.run('audit', { user_id, actor: 'anonymous', action: 'login_failed', detail, ip })
  }
}

const sessionEnded = () => new SignInRefused('session_ended', 'The session has ended; sign in again.')
