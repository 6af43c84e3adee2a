/** Which web pages may speak to this hub. Programs send no Origin and carry a token instead. */
export type OriginRule = (origin: string | undefined) => boolean

/** Allows exactly these; everything else, `null` too, is refused. */
export function originRule(origins: readonly string[]): OriginRule {
  const allowed = new Set(origins)
  return (origin) => origin === undefined || allowed.has(origin)
}

/** PUBLIC_URL, its localhost or 127.0.0.1 twin, and CORS_ORIGINS. */
export function allowedOrigins(publicUrl: string, corsOrigins: readonly string[]): string[] {
  return [publicUrl, ...twin(publicUrl), ...corsOrigins]
}

function twin(publicUrl: string): string[] {
  const url = new URL(publicUrl)
  const other = { localhost: '127.0.0.1', '127.0.0.1': 'localhost' }[url.hostname]
  if (!other) return []
  url.hostname = other
  return [url.origin]
}
