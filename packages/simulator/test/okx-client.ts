import { createHmac } from 'node:crypto'
import type { Simulator } from '../src/index.ts'
import { type Answer, sim, type TestAccount, TestSocket } from './harness.ts'

/** A small OKX client for tests: signed REST calls and sockets that log in and subscribe. */

export interface OkxUser extends TestAccount {
  passphrase: string
  uid: string
}

export async function okxUser(simulator: Simulator, extra: object = {}): Promise<OkxUser> {
  const answer = await sim(simulator, 'POST', '/sim/accounts', { exchange: 'okx', trading_mode: 'spot', ...extra })
  if (answer.status !== 201) throw new Error(answer.text)
  return answer.body as OkxUser
}

const hmac = (secret: string, text: string) => createHmac('sha256', secret).update(text).digest('base64')

/** A signed call; `headers` replaces or (with an empty text) removes what would be sent. */
export async function okx(
  simulator: Simulator,
  user: OkxUser,
  method: string,
  path: string,
  body?: unknown,
  headers: Record<string, string> = {},
): Promise<Answer> {
  const full = `/api/v5/${path}`
  const text = body === undefined ? '' : JSON.stringify(body)
  const timestamp = headers['OK-ACCESS-TIMESTAMP'] ?? new Date().toISOString()
  const all: Record<string, string> = {
    'OK-ACCESS-KEY': user.api_key,
    'OK-ACCESS-SIGN': hmac(user.api_secret, timestamp + method + full + text),
    'OK-ACCESS-TIMESTAMP': timestamp,
    'OK-ACCESS-PASSPHRASE': user.passphrase,
    'Content-Type': 'application/json',
    ...headers,
  }
  for (const [name, value] of Object.entries(all)) if (value === '') delete all[name]
  const response = await fetch(`${simulator.url}/okx${full}`, {
    method,
    headers: all,
    ...(text === '' ? {} : { body: text }),
  })
  const answer = await response.text()
  const isJson = response.headers.get('content-type')?.startsWith('application/json')
  return {
    status: response.status,
    body: isJson ? JSON.parse(answer) : undefined,
    text: answer,
    headers: response.headers,
  }
}

/** `data` of a call that needs no key. */
// biome-ignore lint/suspicious/noExplicitAny: tests look into answers of many shapes
export async function okxPublic(simulator: Simulator, path: string): Promise<any[]> {
  const response = await fetch(`${simulator.url}/okx/api/v5/${path}`)
  return ((await response.json()) as { data: unknown[] }).data
}

export const okxPrice = (simulator: Simulator, symbol: string, to: string, quantity?: string) =>
  sim(simulator, 'POST', '/sim/price', {
    exchange: 'okx',
    trading_mode: symbol.split('-').length > 2 ? 'futures' : 'spot',
    symbol,
    price: to,
    quantity,
  })

export function loginArgs(user: OkxUser, timestamp = String(Math.floor(Date.now() / 1000))): Record<string, string> {
  const sign = hmac(user.api_secret, `${timestamp}GET/users/self/verify`)
  return { apiKey: user.api_key, passphrase: user.passphrase, timestamp, sign }
}

export const say = (socket: TestSocket, message: unknown) =>
  socket.ws.send(typeof message === 'string' ? message : JSON.stringify(message))

export const okxSocket = (simulator: Simulator, path: 'public' | 'private' | 'business') =>
  TestSocket.open(`${simulator.url}/okx/ws/v5/${path}`)

const QUIET = { extraParams: '{"updateInterval":"0"}' }
const CHANNELS = {
  private: [
    { channel: 'orders', instType: 'ANY' },
    { channel: 'account', ...QUIET },
    { channel: 'positions', instType: 'ANY', ...QUIET },
    { channel: 'balance_and_position' },
  ],
  business: [
    { channel: 'orders-algo', instType: 'ANY' },
    { channel: 'algo-advance', instType: 'ANY' },
  ],
}

/** A socket that is logged in and subscribed, its first snapshots already there. */
export async function okxStream(
  simulator: Simulator,
  user: OkxUser,
  path: 'private' | 'business' = 'private',
): Promise<TestSocket> {
  const socket = await okxSocket(simulator, path)
  say(socket, { op: 'login', args: [loginArgs(user)] })
  const [login] = await socket.until((frame) => frame.event === 'login' || frame.event === 'error')
  if (login.event !== 'login') throw new Error(login.text)
  say(socket, { op: 'subscribe', args: CHANNELS[path] })
  await socket.until((frame) => frame.event === 'subscribe', CHANNELS[path].length)
  if (path === 'private') {
    await socket.until((frame) => frame.eventType === 'snapshot', 2)
    await socket.until((frame) => frame.arg?.channel === 'balance_and_position' && frame.data)
  }
  return socket
}

/** Waits for `count` pushes of a channel that fit and gives their rows. */
export async function pushes(
  socket: TestSocket,
  channel: string,
  // biome-ignore lint/suspicious/noExplicitAny: tests look into rows of many shapes
  fits: (row: any) => boolean,
  count = 1,
  // biome-ignore lint/suspicious/noExplicitAny: see above
): Promise<any[]> {
  const frames = await socket.until(
    (frame) => frame.arg?.channel === channel && Array.isArray(frame.data) && frame.data.some(fits),
    count,
  )
  return frames.flatMap((frame) => frame.data.filter(fits))
}
