import type { User } from '@tradercoin/protocol'
import { useSyncExternalStore } from 'react'
import { client } from '#lib/client.ts'
import { markLogin, mayHaveSession } from './login-mark.ts'

export type SessionState =
  | { state: 'unknown' }
  | { state: 'in'; user: User }
  /** `ended`: there was one in this tab. */
  | { state: 'out'; ended: boolean }
  /** The hub could not be asked; there may well be a session. */
  | { state: 'unreachable' }

let current: SessionState = { state: 'unknown' }
const listeners = new Set<() => void>()

function become(next: SessionState) {
  current = next
  for (const listener of listeners) listener()
}

let leaving = false

client.session.onUser((user) => {
  markLogin(user !== null)
  become(user ? { state: 'in', user } : { state: 'out', ended: !leaving })
})

/** Takes the session of this browser up again, if there is one; where nobody has logged in the hub is not asked. */
export async function resumeSession(): Promise<void> {
  if (current.state === 'in') return
  if (!mayHaveSession()) return become({ state: 'out', ended: false })
  try {
    const user = await client.session.resume()
    if (user === null) markLogin(false)
    become(user ? { state: 'in', user } : { state: 'out', ended: false })
  } catch {
    become({ state: 'unreachable' })
  }
}

/** Ends the session on the hub and here; when the hub cannot be told it is over here all the same. */
export async function logOut(): Promise<void> {
  leaving = true
  try {
    await client.session.logout()
  } catch {
    // As said above.
  } finally {
    leaving = false
  }
}

export function useSession(): SessionState {
  return useSyncExternalStore(
    (listener) => {
      listeners.add(listener)
      return () => {
        listeners.delete(listener)
      }
    },
    () => current,
    () => current,
  )
}
