import { ExchangeError } from '../../errors.ts'
import type { Transport } from '../../transport/transport.ts'

const minute = 60_000
/** The venue lets a key live this long after its creation or renewal. */
const validMs = 60 * minute
const renewEveryMs = 30 * minute
const retryMs = minute

/** The two calls a listen key needs. There is no third: the key belongs to the account, and deleting it would cut off the owner's other programs. */
export interface ListenKeyCalls {
  create(): Promise<string>
  /** Null when the answer does not repeat the key. Throws ExchangeError `listen_key_gone` when there is nothing to renew. */
  renew(): Promise<string | null>
}

export interface ListenKeyHandlers {
  /** The key has ended or is another one by now: a socket that was opened with it is dead, whatever it looks like. */
  onLost(detail: string): void
  /** The API key may no longer do this; renewing is given up. */
  onRefused(error: ExchangeError): void
}

export interface ListenKeyKeeper {
  /** Secret. */
  current(): string | null
  /** Our clock (ms). */
  expiresAt(): number | null
  /** Asks for the account's key: the present one, renewed, or a new one. Calls at the same time share one request. Throws ExchangeError. */
  obtain(): Promise<string>
  /** Renews the key now; one that has ended is replaced. Throws ExchangeError. */
  renew(): Promise<void>
  /** The venue says this key is dead. Another key that was taken since stays. */
  forget(dead: string): void
  stop(): void
}

/** Holds one account's listen key and renews it about each 30 minutes, a failed renewal again after one. */
export function createListenKeyKeeper(
  transport: Transport,
  calls: ListenKeyCalls,
  handlers: ListenKeyHandlers,
): ListenKeyKeeper {
  const { clock } = transport
  let key: string | null = null
  let expiresAt: number | null = null
  let stopped = false
  let creating: Promise<string> | null = null
  let renewing: Promise<void> | null = null
  let cancelTimer: (() => void) | null = null

  function hold(fresh: string, askedAt: number) {
    key = fresh
    expiresAt = askedAt + validMs
    schedule(renewEveryMs * (0.9 + 0.2 * clock.random()))
  }

  function schedule(ms: number) {
    cancelTimer?.()
    cancelTimer = stopped ? null : clock.after(ms, () => void renewOnTime())
  }

  async function create(): Promise<string> {
    const askedAt = clock.now()
    const fresh = await calls.create()
    if (!stopped) hold(fresh, askedAt)
    return fresh
  }

  function obtain(): Promise<string> {
    creating ??= create().finally(() => {
      creating = null
    })
    return creating
  }

  async function renewNow(): Promise<void> {
    const held = key
    if (held === null) {
      await obtain()
      return
    }
    const askedAt = clock.now()
    try {
      const told = await calls.renew()
      // Meanwhile a new key may have been asked for; then this answer is about an old one.
      if (stopped || key !== held) return
      hold(told ?? held, askedAt)
      if (told !== null && told !== held) handlers.onLost('the listen key was replaced')
    } catch (error) {
      if (stopped || key !== held || !isGone(error)) throw error
      drop()
      handlers.onLost('the listen key has ended')
      await obtain()
    }
  }

  function renew(): Promise<void> {
    renewing ??= renewNow().finally(() => {
      renewing = null
    })
    return renewing
  }

  async function renewOnTime(): Promise<void> {
    cancelTimer = null
    try {
      await renew()
    } catch (error) {
      if (stopped) return
      const known = error instanceof ExchangeError ? error : null
      transport.log('warn', 'listen_key_renewal_failed', { problem: known?.code ?? 'unknown' })
      if (known?.kind === 'auth') return handlers.onRefused(known)
      if (expiresAt !== null && clock.now() >= expiresAt) {
        drop()
        return handlers.onLost('the listen key could not be renewed in time')
      }
      schedule(Math.max(retryMs, (known?.retry_at ?? 0) - clock.now()))
    }
  }

  function drop() {
    key = null
    expiresAt = null
    cancelTimer?.()
    cancelTimer = null
  }

  return {
    current: () => key,
    expiresAt: () => expiresAt,
    obtain,
    renew,
    forget(dead) {
      if (key === dead) drop()
    },
    stop() {
      stopped = true
      cancelTimer?.()
      cancelTimer = null
    },
  }
}

function isGone(error: unknown): boolean {
  return error instanceof ExchangeError && error.code === 'listen_key_gone'
}
