import { createHmac } from 'node:crypto'
import { once } from 'node:events'
import WebSocket from 'ws'
import { type Simulator, type SimulatorOptions, startSimulator } from '../src/index.ts'

/** A small client of the simulator for tests: controls, signed REST calls and sockets that can be waited on. */

export interface TestAccount {
  account_id: string
  api_key: string
  api_secret: string
}

export interface Answer {
  status: number
  // biome-ignore lint/suspicious/noExplicitAny: tests look into answers of many shapes
  body: any
  text: string
  headers: Headers
}

export const start = (options: SimulatorOptions = {}) =>
  startSimulator({ seed: 42, bot: false, log: console.error, ...options })

export async function sim(simulator: Simulator, method: string, path: string, body?: unknown): Promise<Answer> {
  const response = await fetch(simulator.url + path, {
    method,
    ...(body === undefined ? {} : { headers: { 'Content-Type': 'application/json' }, body: JSON.stringify(body) }),
  })
  return read(response)
}

export async function account(
  simulator: Simulator,
  mode: 'spot' | 'futures',
  extra: object = {},
): Promise<TestAccount> {
  const answer = await sim(simulator, 'POST', '/sim/accounts', { exchange: 'binance', trading_mode: mode, ...extra })
  if (answer.status !== 201) throw new Error(answer.text)
  return answer.body as TestAccount
}

export const price = (simulator: Simulator, mode: 'spot' | 'futures', symbol: string, to: string, quantity?: string) =>
  sim(simulator, 'POST', '/sim/price', { exchange: 'binance', trading_mode: mode, symbol, price: to, quantity })

export const ledger = async (simulator: Simulator, accountId: string) =>
  (await sim(simulator, 'GET', `/sim/ledger?account_id=${accountId}`)).body

export type Values = Record<string, string | number | boolean>

export function sign(secret: string, payload: string): string {
  return createHmac('sha256', secret).update(payload).digest('hex')
}

/** A signed REST call; `params.timestamp` may be given to get the clock wrong on purpose. */
export async function rest(
  simulator: Simulator,
  mode: 'spot' | 'futures',
  user: TestAccount,
  method: string,
  path: string,
  params: Values = {},
): Promise<Answer> {
  const query = new URLSearchParams(
    Object.entries({ timestamp: Date.now(), ...params }).map(([name, value]): [string, string] => [
      name,
      String(value),
    ]),
  ).toString()
  const url = `${simulator.url}/binance/${mode}${path}?${query}&signature=${sign(user.api_secret, query)}`
  return read(await fetch(url, { method, headers: { 'X-MBX-APIKEY': user.api_key } }))
}

async function read(response: Response): Promise<Answer> {
  const text = await response.text()
  let body: unknown
  try {
    body = JSON.parse(text)
  } catch {
    body = undefined
  }
  return { status: response.status, body, text, headers: response.headers }
}

type Frame = Record<string, never> & { text: string }

/** A socket whose frames are kept, so that a test can wait for the one it needs without sleeping. */
export class TestSocket {
  readonly ws: WebSocket
  readonly texts: string[] = []
  readonly closed: Promise<{ code: number; reason: string }>
  #waiting: (() => void)[] = []
  #ids = 0

  private constructor(ws: WebSocket) {
    this.ws = ws
    this.closed = new Promise((resolve) => {
      ws.on('close', (code, reason) => resolve({ code, reason: reason.toString() }))
    })
    ws.on('message', (data) => {
      this.texts.push(data.toString())
      for (const wake of this.#waiting.splice(0)) wake()
    })
    ws.on('error', () => {})
  }

  static async open(url: string): Promise<TestSocket> {
    const ws = new WebSocket(url.replace(/^http/, 'ws'))
    const socket = new TestSocket(ws)
    await new Promise<void>((resolve, reject) => {
      ws.once('open', resolve)
      ws.once('error', reject)
      ws.once('unexpected-response', (_request, response) => reject(new Error(`handshake ${response.statusCode}`)))
    })
    return socket
  }

  /** Frames so far, parsed; broken ones are left out. */
  // biome-ignore lint/suspicious/noExplicitAny: tests look into frames of many shapes
  get frames(): any[] {
    return this.texts.flatMap((text) => {
      try {
        return [{ text, ...JSON.parse(text) } as Frame]
      } catch {
        return []
      }
    })
  }

  // biome-ignore lint/suspicious/noExplicitAny: see above
  async until(fits: (frame: any) => boolean, count = 1): Promise<any[]> {
    for (;;) {
      const found = this.frames.filter(fits)
      if (found.length >= count) return found
      await this.#next()
    }
  }

  async untilTexts(count: number): Promise<string[]> {
    while (this.texts.length < count) await this.#next()
    return this.texts
  }

  /** Waits for user data events by name, whichever way the venue wraps them. */
  // biome-ignore lint/suspicious/noExplicitAny: see above
  async events(name: string, count = 1): Promise<any[]> {
    const unwrap = (frame: { event?: { e: string }; data?: { e: string }; e?: string }) =>
      frame.event ?? frame.data ?? frame
    const frames = await this.until((frame) => unwrap(frame).e === name, count)
    return frames.map(unwrap)
  }

  // biome-ignore lint/suspicious/noExplicitAny: see above
  async ask(method: string, params: object = {}): Promise<any> {
    const id = `t${this.#ids++}`
    this.ws.send(JSON.stringify({ id, method, params }))
    return (await this.until((frame) => frame.id === id))[0]
  }

  // biome-ignore lint/suspicious/noExplicitAny: see above
  async control(method: string, params?: unknown[]): Promise<any> {
    const id = ++this.#ids
    this.ws.send(JSON.stringify({ method, id, ...(params ? { params } : {}) }))
    return (await this.until((frame) => frame.id === id))[0]
  }

  async close(): Promise<void> {
    if (this.ws.readyState === WebSocket.CLOSED) return
    this.ws.close()
    await once(this.ws, 'close')
  }

  #next(): Promise<void> {
    return new Promise((resolve) => {
      this.#waiting.push(resolve)
    })
  }
}

export function signedParams(user: TestAccount, params: Values = {}): Values {
  const all: Values = { apiKey: user.api_key, timestamp: Date.now(), ...params }
  const payload = Object.keys(all)
    .sort()
    .map((name) => `${name}=${all[name]}`)
    .join('&')
  return { ...all, signature: sign(user.api_secret, payload) }
}

/** A Spot WebSocket API socket that carries the account's user data. */
export async function spotStream(simulator: Simulator, user: TestAccount): Promise<TestSocket> {
  const socket = await TestSocket.open(`${simulator.url}/binance/spot/ws-api/v3?returnRateLimits=false`)
  const answer = await socket.ask('userDataStream.subscribe.signature', signedParams(user))
  if (answer.status !== 200) throw new Error(JSON.stringify(answer))
  return socket
}

export const ALL_EVENTS =
  'ORDER_TRADE_UPDATE/ACCOUNT_UPDATE/ACCOUNT_CONFIG_UPDATE/MARGIN_CALL/ALGO_UPDATE/TRADE_LITE/listenKeyExpired'

export async function listenKey(simulator: Simulator, user: TestAccount, method = 'POST'): Promise<Answer> {
  const url = `${simulator.url}/binance/futures/fapi/v1/listenKey`
  return read(await fetch(url, { method, headers: { 'X-MBX-APIKEY': user.api_key } }))
}

/** A futures private socket for the account's listen key. */
export async function futuresStream(simulator: Simulator, user: TestAccount, events = ALL_EVENTS): Promise<TestSocket> {
  const key = (await listenKey(simulator, user)).body.listenKey
  return TestSocket.open(`${simulator.url}/binance/futures/private/ws?listenKey=${key}&events=${events}`)
}
