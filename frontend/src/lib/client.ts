import { createClient } from '@tradercoin/client'

/**
 * The refresh cookie rotates and reusing an old one ends the session, so the tabs of one browser take turns: the next one sends the
 * cookie the last one received. A page without locks (plain http from afar) cannot log in anyway.
 */
const fetchInTurn: typeof fetch = (input, init) =>
  String(input).endsWith('/auth/refresh') && navigator.locks
    ? navigator.locks.request('tradercoin-refresh', () => fetch(input, init))
    : fetch(input, init)

/** This tab's client: of the hub that serves the page, or the one the page was built for. */
export const client = createClient({ baseUrl: process.env.NEXT_PUBLIC_API_URL ?? '', fetch: fetchInTurn })
