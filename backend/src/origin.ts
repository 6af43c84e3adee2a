import type { Config } from './config.ts'

/** Which web pages may speak to this hub. Programs send no Origin and carry a token instead. */
export type OriginRule = (origin: string | undefined) => boolean

/** The origins of PUBLIC_URL, of its localhost or 127.0.0.1 twin, and of CORS_ORIGINS; everything else, `null` too, is refused. */
export function originRule(publicUrl: string, corsOrigins: Config['corsOrigins']): OriginRule {
  const allowed = new Set([publicUrl, ...twin(publicUrl), ...corsOrigins])
  return (origin) => origin === undefined || allowed.has(origin)
}

function twin(publicUrl: string): string[] {
  const url = new URL(publicUrl)
  const other = { localhost: '127.0.0.1', '127.0.0.1': 'localhost' }[url.hostname]
  if (!other) return []
  url.hostname = other
  return [url.origin]
}
