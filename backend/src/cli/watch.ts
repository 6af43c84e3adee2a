import { parseArgs } from 'node:util'
import { type Client, ClientError, type ConnectionState, createClient } from '@tradercoin/client'
import { isOpenOrder } from '@tradercoin/protocol'
import { connectionLine, executionLine, keyLine, orderLine } from './watch-lines.ts'
import { findLogin, type Terminal } from './watch-login.ts'

export interface WatchIo extends Terminal {
  env: NodeJS.ProcessEnv
  stdout: { write(text: string): unknown }
}

export const watchUsage = `tradercoin watch [--url URL] [--email EMAIL] [--password PASSWORD]

Prints each order update and fill of a user as it happens, until Ctrl+C.
The hub is that of --url, PUBLIC_URL, or HOST and PORT. The login is that of the flags, of TRADERCOIN_EMAIL and
TRADERCOIN_PASSWORD, or the demo user's in DATA_DIR; else it is asked for.
`

const logoutPatienceMs = 2_000

/**
 * `tradercoin watch`: live order updates in the terminal until `io.signal` ends it.
 * @returns the exit code: 0 when it was ended, 1 when the hub refused or cannot be reached, 2 for a wrong call
 */
export async function watch(args: readonly string[], io: WatchIo): Promise<number> {
  const flags = readFlags(args)
  if (flags === null || flags.help) {
    io.stderr.write(watchUsage)
    return flags === null ? 2 : 0
  }
  const { env } = io
  const email = flags.email ?? env.TRADERCOIN_EMAIL
  const password = flags.password ?? env.TRADERCOIN_PASSWORD
  const login = await findLogin(
    { ...(email ? { email } : {}), ...(password ? { password } : {}) },
    env.DATA_DIR || './data',
    io,
  ).catch(() => null)
  if (io.signal.aborted) return 0
  if (login === null) {
    io.stderr.write('Nobody to log in as: give --email and --password, or TRADERCOIN_EMAIL and TRADERCOIN_PASSWORD.\n')
    return 2
  }
  const baseUrl = flags.url ?? hubUrl(env)
  const client = createClient({ baseUrl })
  try {
    await client.session.login(login)
  } catch (error) {
    if (!(error instanceof ClientError)) throw error
    io.stderr.write(`${baseUrl}: ${error.message}\n`)
    return 1
  }
  return follow(client, io)
}

/** Prints until it is ended from outside or the hub says that there is no use in trying again. */
async function follow(client: Client, io: WatchIo): Promise<number> {
  const print = (line: string) => io.stdout.write(`${line}\n`)
  const say = (text: string) => print(connectionLine(text, Date.now()))
  let lastOrder = ''
  client.onOrderUpdate((order) => {
    const line = orderLine(order)
    // Not every change of an order is one of these columns.
    if (line !== lastOrder) print(line)
    lastOrder = line
  })
  client.onExecution((execution) => print(executionLine(execution)))
  client.onKeyStatus((status) => print(keyLine(status, Date.now())))
  client.onSnapshot(({ orders }) => {
    say(`${orders.filter(isOpenOrder).length} open orders; watching`)
  })
  const code = await new Promise<number>((resolve) => {
    let told = ''
    client.onState((state) => {
      const text = connectionText(state)
      if (text !== null && text !== told) say(text)
      told = text ?? told
      if (state.status === 'disconnected' && state.reason?.final) resolve(1)
    })
    io.signal.addEventListener('abort', () => resolve(0), { once: true })
    if (io.signal.aborted) resolve(0)
    else client.connect()
  })
  client.disconnect()
  await logout(client)
  return code
}

/** Null: nothing new to a person, such as one more attempt. */
function connectionText(state: ConnectionState): string | null {
  if (state.status === 'connected') return 'connected'
  if (state.status === 'connecting') return state.attempt === 0 && state.reason === null ? 'connecting' : null
  if (state.reason === null) return null
  return `disconnected: ${state.reason.message}${state.reason.final ? '' : ' Trying again.'}`
}

/** Leaves no session behind, but does not wait long for a hub that is gone. */
async function logout(client: Client) {
  let timer: NodeJS.Timeout | undefined
  const patience = new Promise<void>((resolve) => {
    timer = setTimeout(resolve, logoutPatienceMs)
  })
  await Promise.race([client.session.logout().catch(() => undefined), patience])
  clearTimeout(timer)
}

function readFlags(args: readonly string[]) {
  const text = { type: 'string' } as const
  try {
    const options = { url: text, email: text, password: text, help: { type: 'boolean' } } as const
    return parseArgs({ args: [...args], options, allowPositionals: false }).values
  } catch {
    return null
  }
}

function hubUrl(env: NodeJS.ProcessEnv): string {
  const everywhere = env.HOST === '0.0.0.0' || env.HOST === '::'
  return env.PUBLIC_URL || `http://${everywhere || !env.HOST ? '127.0.0.1' : env.HOST}:${env.PORT || 8080}`
}
