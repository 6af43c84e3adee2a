import type { Simulator } from '../src/index.ts'
import { type Answer, account, sign, sim, type TestAccount, TestSocket } from './harness.ts'

/** A small client of the Bybit paper exchange: signed REST calls and the three kinds of sockets. */

export const user = (simulator: Simulator, extra: object = {}) =>
  account(simulator, 'spot', { exchange: 'bybit', balances: { USDT: '100000', BTC: '1', USDC: '50000' }, ...extra })

export const movePrice = (
  simulator: Simulator,
  mode: 'spot' | 'futures',
  symbol: string,
  to: string,
  quantity?: string,
) => sim(simulator, 'POST', '/sim/price', { exchange: 'bybit', trading_mode: mode, symbol, price: to, quantity })

export interface CallOptions {
  timestamp?: number
  window?: string
  headers?: Record<string, string>
}

function headers(owner: TestAccount, payload: string, options: CallOptions): Record<string, string> {
  const timestamp = String(options.timestamp ?? Date.now())
  const window = options.window ?? '5000'
  return {
    'Content-Type': 'application/json',
    'X-BAPI-API-KEY': owner.api_key,
    'X-BAPI-TIMESTAMP': timestamp,
    'X-BAPI-RECV-WINDOW': window,
    'X-BAPI-SIGN': sign(owner.api_secret, timestamp + owner.api_key + window + payload),
    ...options.headers,
  }
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

export async function get(
  simulator: Simulator,
  owner: TestAccount,
  path: string,
  params: Record<string, string | number> = {},
  options: CallOptions = {},
): Promise<Answer> {
  const query = new URLSearchParams(
    Object.entries(params).map(([name, value]): [string, string] => [name, String(value)]),
  ).toString()
  const url = `${simulator.url}/bybit${path}${query === '' ? '' : `?${query}`}`
  return read(await fetch(url, { headers: headers(owner, query, options) }))
}

export async function post(
  simulator: Simulator,
  owner: TestAccount,
  path: string,
  body: object,
  options: CallOptions = {},
): Promise<Answer> {
  const text = JSON.stringify(body)
  return read(
    await fetch(`${simulator.url}/bybit${path}`, {
      method: 'POST',
      body: text,
      headers: headers(owner, text, options),
    }),
  )
}

export async function open(simulator: Simulator, path: string, params: Record<string, string> = {}): Promise<Answer> {
  return read(await fetch(`${simulator.url}/bybit${path}?${new URLSearchParams(params)}`))
}

/** Places an order and returns its id; throws when it is refused. */
export async function place(simulator: Simulator, owner: TestAccount, order: object): Promise<string> {
  const answer = await post(simulator, owner, '/v5/order/create', order)
  if (answer.body?.retCode !== 0) throw new Error(answer.text)
  return answer.body.result.orderId as string
}

export const socket = (simulator: Simulator, path: string) => TestSocket.open(`${simulator.url}/bybit${path}`)

export function authArgs(owner: TestAccount, expires = Date.now() + 10_000): unknown[] {
  return [owner.api_key, expires, sign(owner.api_secret, `GET/realtime${expires}`)]
}

export const ALL_TOPICS = ['order', 'execution', 'position', 'wallet']

/** A private socket that is logged on and subscribed. */
export async function stream(simulator: Simulator, owner: TestAccount, topics = ALL_TOPICS): Promise<TestSocket> {
  const opened = await socket(simulator, '/v5/private')
  opened.ws.send(JSON.stringify({ req_id: 'a', op: 'auth', args: authArgs(owner) }))
  const [auth] = await opened.until((frame) => frame.op === 'auth')
  if (!auth.success) throw new Error(auth.text)
  opened.ws.send(JSON.stringify({ req_id: 's', op: 'subscribe', args: topics }))
  await opened.until((frame) => frame.op === 'subscribe' && frame.success)
  return opened
}

/** The rows of a topic so far, once `fits` holds for one of them. */
// biome-ignore lint/suspicious/noExplicitAny: tests look into rows of many shapes
export async function rows(from: TestSocket, topic: string, fits: (row: any) => boolean): Promise<any[]> {
  const of = () => from.frames.filter((frame) => frame.topic === topic).flatMap((frame) => frame.data)
  await from.until((frame) => frame.topic === topic && frame.data.some(fits))
  return of()
}
