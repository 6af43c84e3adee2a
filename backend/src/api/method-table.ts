import type { ApiServer } from './server.ts'

/** Knows which methods each address takes, so that a wrong method is told apart from a wrong address. */
export class MethodTable {
  private readonly routes = new Map<string, { pattern: RegExp; methods: Set<string> }>()

  /** Watches the routes as they are registered; make it before them. */
  constructor(app: ApiServer) {
    app.addHook('onRoute', ({ url, method }) => {
      if (url.includes('*')) return
      const methods = [method].flat()
      const known = this.routes.get(url)
      if (known) for (const name of methods) known.methods.add(name)
      else this.routes.set(url, { pattern: patternOf(url), methods: new Set(methods) })
    })
  }

  /** @param url with or without its query */
  allowedFor(url: string): string[] {
    const path = url.split('?', 1)[0] ?? ''
    for (const { pattern, methods } of this.routes.values()) {
      if (pattern.test(path)) return [...methods].sort()
    }
    return []
  }
}

function patternOf(url: string): RegExp {
  const parts = url
    .split('/')
    .map((part) => (part.startsWith(':') ? '[^/]+' : part.replace(/[.*+?^${}()|[\]\\]/g, '\\$&')))
  return new RegExp(`^${parts.join('/')}$`)
}
