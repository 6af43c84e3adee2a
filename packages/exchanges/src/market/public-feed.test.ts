import { once } from 'node:events'
import type { AddressInfo } from 'node:net'
import { afterEach, expect, it, vi } from 'vitest'
import { type WebSocket, WebSocketServer } from 'ws'
import { createGovernor } from '../transport/governor.ts'
import { SkippingClock, testTransport } from '../transport/test-transport.ts'
import { PublicFeed } from './public-feed.ts'
import type { ChannelHandlers, PublicProtocol } from './public-protocol.ts'

/* The sockets of a venue that says only what the test tells it to. */

interface Request {
  op: string
  channels: string[]
  id: string
  /** By the clock of the one who asks (ms). */
  at: number
}

const protocol: PublicProtocol = {
  request: (op, channels, id) => JSON.stringify({ op, channels, id }),
  read: (text) => JSON.parse(text),
  probe: '{"op":"ping"}',
  channelsPerConnection: 4,
  channelsPerRequest: 3,
  requests: { limit: 2, windowMs: 1_000 },
}

class Heard implements ChannelHandlers {
  readonly events: string[] = []

  onUp(): void {
    this.events.push('up')
  }

  onDown(): void {
    this.events.push('down')
  }

  onRefused(reason: string): void {
    this.events.push(`refused: ${reason}`)
  }

  onPayload(payload: unknown): void {
    this.events.push(String(payload))
  }
}

const cleanups: (() => unknown)[] = []
afterEach(async () => {
  for (const cleanup of cleanups.splice(0).reverse()) await cleanup()
})

/** @param unknown channels the venue does not have: it refuses a whole request for one of them */
async function setUp(unknown: string[] = []) {
  const server = new WebSocketServer({ port: 0, host: '127.0.0.1' })
  await once(server, 'listening')
  const requests: Request[] = []
  const sockets: WebSocket[] = []
  const clock = new SkippingClock()
  let isMute = false
  server.on('connection', (socket) => {
    sockets.push(socket)
    socket.on('message', (data) => {
      const request: Request = { ...JSON.parse(data.toString()), at: clock.now() }
      if (request.op === 'ping') {
        if (!isMute) socket.send('{"kind":"other"}')
        return
      }
      requests.push(request)
      if (isMute || request.op !== 'subscribe') return
      const wrong = request.channels.find((channel) => unknown.includes(channel))
      const reason = wrong === undefined ? null : `no ${wrong}`
      socket.send(JSON.stringify({ kind: 'answer', id: request.id, channel: null, reason }))
    })
  })
  const transport = testTransport({ clock })
  const connections = { limit: 100, windowMs: 1_000 }
  const governor = createGovernor(transport, { venue: 'test', product: 'test', weightPerMinute: 100, connections })
  const url = `ws://127.0.0.1:${(server.address() as AddressInfo).port}`
  const feed = new PublicFeed({ transport, governor, url, protocol })
  cleanups.push(async () => {
    feed.close()
    governor.close()
    for (const socket of server.clients) socket.terminate()
    await new Promise((resolve) => server.close(resolve))
  })
  const watch = (channel: string) => {
    const heard = new Heard()
    return { heard, subscription: feed.open(channel, heard) }
  }
  return {
    server,
    requests,
    sockets,
    clock,
    watch,
    send: (frame: object | string) => {
      for (const socket of server.clients) socket.send(typeof frame === 'string' ? frame : JSON.stringify(frame))
    },
    mute: () => {
      isMute = true
    },
    unmute: () => {
      isMute = false
    },
  }
}

const soon = { timeout: 5_000, interval: 10 }
const eventually = (check: () => void) => vi.waitFor(check, soon)

it('asks for what is wanted together in one request, and tells each channel what is its own', async () => {
  const { requests, watch, send, server } = await setUp()
  const [a, b] = [watch('a'), watch('b')]
  await eventually(() => expect([a.heard.events, b.heard.events]).toEqual([['up'], ['up']]))
  expect(requests.map(({ channels }) => channels)).toEqual([['a', 'b']])
  send({ kind: 'data', channel: 'b', payload: '1' })
  send({ kind: 'data', channel: 'c', payload: '2' })
  await eventually(() => expect(b.heard.events).toEqual(['up', '1']))
  a.subscription.close()
  await eventually(() => expect(requests.at(-1)).toMatchObject({ op: 'unsubscribe', channels: ['a'] }))
  expect(server.clients.size).toBe(1)
  b.subscription.close()
  await eventually(() => expect(server.clients.size).toBe(0))
})

it('opens another socket when one is full, and for a channel that it has already', async () => {
  const { watch, sockets } = await setUp()
  const all = ['a', 'b', 'c', 'd', 'e', 'a'].map(watch)
  await eventually(() => expect(all.every(({ heard }) => heard.events[0] === 'up')).toBe(true))
  expect(sockets).toHaveLength(2)
})

it('keeps the pace the venue takes', async () => {
  const { watch, requests, clock } = await setUp()
  for (const channel of ['a', 'b', 'c', 'd']) {
    const { heard } = watch(channel)
    await eventually(() => {
      clock.skip(100)
      expect(heard.events).toEqual(['up'])
    })
  }
  const times = requests.map(({ at }) => at)
  expect(times).toHaveLength(4)
  for (const [index, at] of times.entries()) {
    const second = times[index + 2]
    // They are counted when they leave and noted when they arrive.
    if (second !== undefined) expect(second - at).toBeGreaterThan(900)
  }
})

it('tells whose channel the venue does not have, and grants the others of its request', async () => {
  const { watch, clock } = await setUp(['x'])
  const [a, x, b] = [watch('a'), watch('x'), watch('b')]
  await eventually(() => {
    clock.skip(1_000)
    expect(x.heard.events).toEqual(['refused: no x'])
    expect(a.heard.events).toEqual(['up'])
    expect(b.heard.events).toEqual(['up'])
  })
})

it('asks for everything again after the line was lost, closed by the venue, or not understood', async () => {
  const { watch, send, sockets, clock } = await setUp()
  const a = watch('a')
  const downs = () => a.heard.events.filter((event) => event === 'down').length
  const isBack = () =>
    eventually(() => {
      clock.skip(30_000)
      expect(a.heard.events.at(-1)).toBe('up')
    })
  await isBack()
  sockets[0]?.terminate()
  await eventually(() => expect(downs()).toBe(1))
  await isBack()
  send({ kind: 'closing', reason: 'upgrade' })
  await eventually(() => expect(downs()).toBe(2))
  await isBack()
  send('no frame at all')
  await eventually(() => expect(downs()).toBe(3))
  await isBack()
})

it('notices a line that is silent, and one that does not answer a request', async () => {
  const { watch, mute, unmute, clock, sockets } = await setUp()
  const a = watch('a')
  await eventually(() => expect(a.heard.events).toEqual(['up']))
  mute()
  await eventually(() => {
    clock.skip(5_000)
    expect(a.heard.events.at(-1)).toBe('down')
  })
  unmute()
  await eventually(() => {
    clock.skip(5_000)
    expect(a.heard.events.at(-1)).toBe('up')
  })
  mute()
  const count = sockets.length
  watch('b')
  await eventually(() => {
    clock.skip(5_000)
    expect(sockets.length).toBeGreaterThan(count)
  })
})
