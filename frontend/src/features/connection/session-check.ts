import { closeCodes } from '@tradercoin/protocol'
import { useEffect } from 'react'
import { client } from '#lib/client.ts'
import { useLink } from './live.ts'

const sessionCodes: ReadonlySet<number | null> = new Set([closeCodes.badToken, closeCodes.sessionRevoked])

/** When the hub closes the socket because of the session, asks whether there still is one; the page's gate acts on the answer. */
export function useSessionCheck() {
  const code = useLink().reason?.code ?? null
  useEffect(() => {
    // Without an answer the dot stays red and offers to reconnect.
    if (sessionCodes.has(code)) client.session.resume().catch(() => undefined)
  }, [code])
}
