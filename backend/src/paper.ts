import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { createServer } from 'node:net'
import { dirname, join, resolve } from 'node:path'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'
import type { Clock } from '@tradercoin/exchanges'
import type { Logger } from './log.ts'

export interface PaperOptions {
  port: number
  seed: string | null
  /** Where its accounts, orders and balances are kept. */
  dataDir: string
  clock: Clock
  log: Logger
}

const firstRetryMs = 500
const longestRetryMs = 30_000
const startWithinMs = 20_000
const stopWithinMs = 3_000

/** The paper exchange as a child process: started, watched, started again when it dies, stopped with the hub. */
export class PaperExchange {
  readonly url: string
  private readonly options: PaperOptions
  private child: ChildProcess | null = null
  private failures = 0
  private stopping = false
  private cancelRetry = () => {}

  constructor(options: PaperOptions) {
    this.options = options
    this.url = `http://127.0.0.1:${options.port}`
  }

  /** Resolves when it listens. @throws Error with a sentence when the first start fails */
  async start(): Promise<void> {
    // It reads and rewrites its files before it listens: one that runs on the same files must not meet a second.
    await refuseTakenPort(this.options.port)
    const problem = await this.launch()
    if (problem !== null) {
      await this.stop()
      throw new Error(`The paper exchange did not start on port ${this.options.port} (PAPER_PORT): ${problem}`)
    }
  }

  async stop(): Promise<void> {
    this.stopping = true
    this.cancelRetry()
    const { child } = this
    if (!child || child.exitCode !== null || child.signalCode !== null) return
    await new Promise<void>((resolve) => {
      const cancel = this.options.clock.after(stopWithinMs, () => child.kill('SIGKILL'))
      child.once('exit', () => {
        cancel()
        resolve()
      })
      child.kill('SIGTERM')
    })
  }

  /** @returns null once it listens, or why it does not */
  private launch(): Promise<string | null> {
    const { port, seed, dataDir, log } = this.options
    const args = ['--port', `${port}`, '--data', dataDir, ...(seed === null ? [] : ['--seed', seed])]
    const child = spawn(process.execPath, [...program(), ...args], {
      stdio: ['ignore', 'pipe', 'pipe'],
      env: { PATH: process.env.PATH, TRADERCOIN_PARENT_PID: `${process.pid}` },
    })
    this.child = child
    let lastWords = ''
    createInterface({ input: child.stderr }).on('line', (line) => {
      lastWords = line
      log.warn({ line }, 'paper_exchange')
    })
    return new Promise((resolve) => {
      const cancel = this.options.clock.after(startWithinMs, () => child.kill('SIGKILL'))
      createInterface({ input: child.stdout }).on('line', (line) => {
        if (!line.includes('listening')) return
        cancel()
        this.failures = 0
        log.info({ port }, 'paper_exchange_started')
        resolve(null)
      })
      child.once('error', (error) => resolve(error.message))
      child.once('close', (code, signal) => {
        cancel()
        resolve(lastWords || `it ended by itself (${signal ?? code})`)
        this.onEnd(code, signal)
      })
    })
  }

  private onEnd(code: number | null, signal: NodeJS.Signals | null): void {
    if (this.stopping) return
    const delay = Math.min(longestRetryMs, firstRetryMs * 2 ** this.failures++)
    this.options.log.warn({ code, signal, retry_ms: delay }, 'paper_exchange_ended')
    this.cancelRetry = this.options.clock.after(delay, () => void this.launch())
  }
}

async function refuseTakenPort(port: number): Promise<void> {
  const server = createServer().listen(port, '127.0.0.1')
  await once(server, 'listening').catch((error: NodeJS.ErrnoException) => {
    throw new Error(
      `The paper exchange cannot have port ${port} on 127.0.0.1 (${error.code}). Stop the program that has it, set PAPER_PORT to a free one, or set PAPER to off or to the address of a paper exchange that runs already.`,
    )
  })
  const closed = once(server, 'close')
  server.close()
  await closed
}

/** How to run the simulator: its build, or from source (through tsx) when the hub itself runs from source. */
function program(): string[] {
  const isSource = import.meta.url.endsWith('.ts')
  const folder = resolve(dirname(fileURLToPath(import.meta.url)), '..', '..', 'packages', 'simulator')
  if (!isSource) return ['--enable-source-maps', join(folder, 'dist', 'main.js')]
  return ['--import', 'tsx', '--conditions=tradercoin-source', join(folder, 'src', 'main.ts')]
}
