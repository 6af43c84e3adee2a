import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { type WebSocket, WebSocketServer } from 'ws'

export interface ServerConnection {
  ws: WebSocket
  /** subscription id to API key */
  subscriptions: Map<number, string>
  requests: { id: unknown; method: string; params?: Record<string, unknown> }[]
  closed: boolean
}

/** What the server does with a subscription; `early` events leave before the confirmation. */
export type Verdict =
  | { kind: 'accept'; early?: object[] }
  | { kind: 'refuse'; status: number; code: number; msg: string; data?: object }
  | { kind: 'ignore' }

/** A WebSocket API that does what a test tells it. */
export class WsApiServer {
  readonly connections: ServerConnection[] = []
  onSubscribe: (apiKey: string, connection: number) => Verdict = () => ({ kind: 'accept' })
  onPing: () => object = () => ({ status: 200, result: {} })
  readonly #server = createServer()
  readonly #wss = new WebSocketServer({ server: this.#server })
  #nextId = 0

  async start(): Promise<void> {
    this.#wss.on('connection', (ws) => this.#accept(ws))
    await new Promise<void>((resolve) => this.#server.listen(0, '127.0.0.1', resolve))
  }

  get url(): string {
    return `ws://127.0.0.1:${(this.#server.address() as AddressInfo).port}/ws-api/v3`
  }

  /** Connections that are open. */
  get open(): ServerConnection[] {
    return this.connections.filter((connection) => !connection.closed)
  }

  /** Sends an event on every subscription of the key. */
  push(apiKey: string, event: object): void {
    for (const connection of this.open) {
      for (const [subscriptionId, key] of connection.subscriptions) {
        if (key === apiKey) connection.ws.send(JSON.stringify({ subscriptionId, event }))
      }
    }
  }

  /** Keys with a subscription on the connection. */
  keys(connection: number): string[] {
    return [...(this.connections[connection]?.subscriptions.values() ?? [])].sort()
  }

  close(): void {
    for (const { ws } of this.connections) ws.terminate()
    this.#wss.close()
    this.#server.close()
  }

  #accept(ws: WebSocket): void {
    const connection: ServerConnection = { ws, subscriptions: new Map(), requests: [], closed: false }
    const index = this.connections.push(connection) - 1
    ws.on('close', () => {
      connection.closed = true
      connection.subscriptions.clear()
    })
    ws.on('message', (data) => {
      const request = JSON.parse(data.toString())
      connection.requests.push(request)
      const reply = (body: object) => ws.send(JSON.stringify({ id: request.id, ...body }))
      if (request.method === 'ping') reply(this.onPing())
      else if (request.method === 'userDataStream.unsubscribe') {
        connection.subscriptions.delete(request.params.subscriptionId)
        reply({ status: 200, result: {} })
      } else this.#subscribe(connection, index, request.params.apiKey, reply)
    })
  }

  #subscribe(connection: ServerConnection, index: number, apiKey: string, reply: (body: object) => void): void {
    const verdict = this.onSubscribe(apiKey, index)
    if (verdict.kind === 'refuse') {
      const { status, code, msg, data } = verdict
      reply({ status, error: { code, msg, data } })
    } else if (verdict.kind === 'accept') {
      const subscriptionId = this.#nextId++
      connection.subscriptions.set(subscriptionId, apiKey)
      for (const event of verdict.early ?? []) connection.ws.send(JSON.stringify({ subscriptionId, event }))
      reply({ status: 200, result: { subscriptionId } })
    }
  }
}
