import type { WebSocket } from 'ws'
import type { Market, PublicTrade } from '../engine/market.ts'
import type { Heartbeat } from './heartbeat.ts'
import type { FeedStyle } from './market-feed.ts'
import { MarketFeed } from './market-feed.ts'
import { StreamHub, streamsOfUrl } from './stream-hub.ts'

/** The market stream sockets of one path: `/ws…` and `/stream…` below it. */
export class MarketSockets {
  readonly hub: StreamHub
  readonly #feed: MarketFeed
  readonly #heartbeat: Heartbeat

  constructor(markets: ReadonlyMap<string, Market>, style: FeedStyle, heartbeat: Heartbeat, messagesPerSecond: number) {
    this.hub = new StreamHub({
      messagesPerSecond,
      maxStreams: 1024,
      onSubscribe: (_socket, stream) => this.#feed.watch(stream),
    })
    this.#feed = new MarketFeed(this.hub, markets, style)
    this.#heartbeat = heartbeat
  }

  get size(): number {
    return this.hub.sockets.size
  }

  open(ws: WebSocket, path: string, query: string): void {
    const wanted = streamsOfUrl(path, query)
    const socket = this.hub.open(ws, wanted?.combined ?? false, wanted?.streams ?? [])
    this.#heartbeat.add({ ws, silent: socket.silent })
  }

  trade(market: Market, trade: PublicTrade): void {
    this.#feed.trade(market, trade)
  }

  /** Tells all sockets that the server goes down. */
  announceShutdown(now: number): void {
    for (const { ws } of this.hub.sockets) ws.send(`{"e":"serverShutdown","E":${now}}`)
  }

  close(): void {
    this.#feed.close()
  }
}
