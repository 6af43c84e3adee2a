import { createClient } from './client.ts'

/** The page's own client: of the hub that serves the page, or the one the page was built for. Nothing is opened before `connect()`. */
export const websocketService = /* @__PURE__ */ createClient({
  baseUrl: (typeof process === 'undefined' ? undefined : process.env.NEXT_PUBLIC_API_URL) ?? '',
})
