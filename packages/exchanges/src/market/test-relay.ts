import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { WebSocket, WebSocketServer } from 'ws'

/** A relay before a venue's public sockets that can lose frames and cut lines; `target` is the venue's base (ws:). */
export class MarketRelay {
  readonly url: string
  /** Whether a frame of the venue goes on to us. */
  passes: (text: string) => boolean = () => true
  readonly #server
  readonly #lines = new Set<WebSocket>()
  #accepted = 0

  private constructor(server: ReturnType<typeof createServer>, target: string) {
    this.#server = server
    this.url = `ws://127.0.0.1:${(server.address() as AddressInfo).port}`
    const sockets = new WebSocketServer({ server })
    sockets.on('connection', (line, request) => {
      this.#accepted += 1
      this.#lines.add(line)
      const upstream = new WebSocket(target + request.url)
      const early: string[] = []
      upstream.on('open', () => {
        for (const text of early.splice(0)) upstream.send(text)
      })
      upstream.on('message', (data) => {
        if (this.passes(data.toString())) line.send(data.toString())
      })
      upstream.on('error', () => line.terminate())
      upstream.on('close', () => line.terminate())
      line.on('message', (data) => {
        if (upstream.readyState === WebSocket.OPEN) upstream.send(data.toString())
        else early.push(data.toString())
      })
      line.on('close', () => {
        this.#lines.delete(line)
        upstream.terminate()
      })
    })
  }

  static async open(target: string): Promise<MarketRelay> {
    const server = createServer()
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
    return new MarketRelay(server, target)
  }

  /** Sockets taken so far. */
  get accepted(): number {
    return this.#accepted
  }

  get open(): number {
    return this.#lines.size
  }

  /** Sends a frame that the venue did not. */
  inject(text: string): void {
    for (const line of this.#lines) line.send(text)
  }

  cut(): void {
    for (const line of this.#lines) line.terminate()
  }

  async close(): Promise<void> {
    this.cut()
    this.#server.closeAllConnections()
    await new Promise((resolve) => this.#server.close(resolve))
  }
}
