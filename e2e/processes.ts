import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { createServer } from 'node:net'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'

export const root = fileURLToPath(new URL('..', import.meta.url))

/** A port nobody listened on a moment ago. */
export async function freePort(): Promise<number> {
  const server = createServer()
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const address = server.address()
  server.close()
  await once(server, 'close')
  if (address === null || typeof address === 'string') throw new Error('no port')
  return address.port
}

/** A Node process of the project with everything it prints kept. */
export class Program implements AsyncDisposable {
  readonly child: ChildProcess
  output = ''
  readonly exited: Promise<number>

  constructor(args: string[], env: NodeJS.ProcessEnv = {}) {
    this.child = spawn(process.execPath, args, {
      cwd: root,
      env: { ...process.env, ...env },
      stdio: ['ignore', 'pipe', 'pipe'],
    })
    const keep = (chunk: Buffer) => {
      this.output += chunk.toString()
    }
    this.child.stdout?.on('data', keep)
    this.child.stderr?.on('data', keep)
    this.exited = new Promise((resolve) => this.child.once('close', (code) => resolve(code ?? -1)))
  }

  get running(): boolean {
    return this.child.exitCode === null && this.child.signalCode === null
  }

  /** Resolves when what was printed matches; rejects, with all of it, when the program ends first or takes longer than `ms`. */
  async printed(pattern: RegExp, ms = 60_000): Promise<RegExpExecArray> {
    const late = new Promise<never>((_, reject) => {
      setTimeout(() => reject(new Error(`did not print ${pattern} within ${ms} ms:\n${this.output}`)), ms).unref()
    })
    late.catch(() => {})
    for (;;) {
      const match = pattern.exec(this.output)
      if (match) return match
      if (!this.running) throw new Error(`ended before it printed ${pattern}:\n${this.output}`)
      const more = this.child.stdout ? once(this.child.stdout, 'data') : this.exited
      await Promise.race([late, more, this.exited, this.child.stderr ? once(this.child.stderr, 'data') : this.exited])
    }
  }

  async stop(signal: NodeJS.Signals = 'SIGTERM'): Promise<number> {
    if (this.running) this.child.kill(signal)
    return this.exited
  }

  /** Asks it to end, and its own children with it; insists after ten seconds. */
  async [Symbol.asyncDispose](): Promise<void> {
    const insist = setTimeout(() => this.child.kill('SIGKILL'), 10_000)
    await this.stop('SIGTERM')
    clearTimeout(insist)
  }
}

/** Asks again until `attempt` gives something; fails with the last error after `ms`. */
export async function eventually<T>(
  what: string,
  attempt: () => Promise<T | false | null | undefined>,
  ms = 30_000,
): Promise<T> {
  const deadline = Date.now() + ms
  let last: unknown = 'it stayed false'
  while (Date.now() < deadline) {
    try {
      const value = await attempt()
      if (value) return value
    } catch (error) {
      last = error
    }
    await new Promise((wake) => setTimeout(wake, 50))
  }
  throw new Error(`${what}: not within ${ms} ms (${last instanceof Error ? last.message : String(last)})`)
}

/** The paper exchange, alone, in memory, without the market bot: nothing moves unless a test moves it. */
export async function startPaperExchange(port: number): Promise<Program> {
  const program = new Program([
    join(root, 'packages/simulator/dist/main.js'),
    '--port',
    String(port),
    '--seed',
    '1',
    '--bot',
    'off',
  ])
  await program.printed(/listening/)
  return program
}

/** The hub as it was built, in its own data folder. */
export async function startHub(options: {
  port: number
  dataDir: string
  paper: string
  env?: NodeJS.ProcessEnv
}): Promise<Program> {
  const program = new Program([join(root, 'backend/dist/main.js')], {
    PORT: String(options.port),
    DATA_DIR: options.dataDir,
    PAPER: options.paper,
    LOG_LEVEL: 'info',
    NODE_ENV: 'development',
    ...options.env,
  })
  await eventually('the hub is ready', async () => {
    if (!program.running) throw new Error(program.output)
    return (await fetch(`http://127.0.0.1:${options.port}/readyz`)).ok
  })
  return program
}
