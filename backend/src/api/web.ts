import { createHash } from 'node:crypto'
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import fastifyStatic from '@fastify/static'
import type { FastifyReply } from 'fastify'
import type { ApiServer } from './server.ts'

const notBuilt = `<!doctype html><html lang="en"><meta charset="utf-8"><title>TraderCoin</title>
<h1>The web pages are not built</h1>
<p>The hub runs, its pages do not exist yet. Stop it and run <code>npm start</code>, which builds them, or <code>npm run build</code>.</p>
<p>The API works: see <a href="/docs">/docs</a>.</p></html>`

/** Serves the exported pages, each under a Content-Security-Policy that names its own inline scripts by their hash. */
export class Web {
  private readonly root: string
  private readonly policies = new Map<string, string>()
  private readonly connect: string

  /** @param origins where the page may open its WebSocket besides its own origin */
  constructor(root: string, origins: readonly string[]) {
    this.root = root
    this.connect = ["'self'", ...origins.map((origin) => origin.replace(/^http/, 'ws'))].join(' ')
    for (const file of htmlFiles(root)) this.policies.set(file, this.policyOf(readFileSync(file, 'utf8')))
  }

  async register(app: ApiServer): Promise<void> {
    if (!existsSync(join(this.root, 'index.html'))) {
      app.get('/', { config: { access: 'public' }, schema: { hide: true } }, async (_request, reply) =>
        reply.type('text/html; charset=utf-8').send(notBuilt),
      )
      return
    }
    await app.register(fastifyStatic, {
      root: this.root,
      wildcard: true,
      redirect: true,
      dotfiles: 'ignore',
      cacheControl: false,
      setHeaders: (reply, path) => {
        const policy = this.policies.get(path)
        if (policy) reply.setHeader('content-security-policy', policy)
        reply.setHeader('cache-control', cachingOf(path))
      },
    })
  }

  /** The site's own page for addresses that lead nowhere; null when it has none. */
  sendNotFoundPage(reply: FastifyReply): FastifyReply | null {
    const file = join(this.root, '404.html')
    const policy = this.policies.get(file)
    if (!policy) return null
    return reply
      .code(404)
      .headers({ 'content-security-policy': policy, 'cache-control': 'no-cache' })
      .type('text/html; charset=utf-8')
      .send(readFileSync(file))
  }

  private policyOf(html: string): string {
    const hashes = [...html.matchAll(/<script(?![^>]*\ssrc=)[^>]*>([\s\S]*?)<\/script>/g)].map(
      ([, script]) =>
        `'sha256-${createHash('sha256')
          .update(script ?? '')
          .digest('base64')}'`,
    )
    return [
      "default-src 'self'",
      `script-src 'self' ${[...new Set(hashes)].join(' ')}`.trim(),
      // Styles are set by scripts for positions of rows and toasts; they can run nothing.
      "style-src 'self' 'unsafe-inline'",
      "img-src 'self' data: blob:",
      "font-src 'self'",
      `connect-src ${this.connect}`,
      "object-src 'none'",
      "base-uri 'none'",
      "frame-ancestors 'none'",
      "form-action 'self'",
    ].join('; ')
  }
}

function htmlFiles(root: string): string[] {
  if (!existsSync(root)) return []
  return readdirSync(root, { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('.html'))
    .map((name) => join(root, name))
}

/** Files under `_next/static` carry a hash of their content in their name. */
function cachingOf(path: string): string {
  if (/[\\/]_next[\\/]static[\\/]/.test(path)) return 'public, max-age=31536000, immutable'
  return path.endsWith('.html') || path.endsWith('.txt') ? 'no-cache' : 'public, max-age=3600'
}
