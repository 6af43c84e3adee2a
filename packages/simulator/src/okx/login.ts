import { isRecord } from '../http/json.ts'
import type { Connection } from './connection.ts'
import { ApiError } from './errors.ts'
import { loginPayload, signatureMatches } from './sign.ts'
import { dropIfFaulty } from './sockets.ts'
import type { OkxVenue } from './venue.ts'

const WINDOW_S = 30
/** After these the connection is closed: trying again cannot help. */
const FATAL = new Set(['60005', '60007', '60024', '60032', '50101', '50110'])

class LoginError extends Error {
  readonly code: string

  constructor(code: string, message: string) {
    super(message)
    this.code = code
  }
}

/** Answers a login: one account a connection, signed with seconds (fact sheet: okx.md section 1.4). */
export function login(venue: OkxVenue, connection: Connection, args: unknown[], id: string | undefined): void {
  try {
    const account = check(venue, connection, args)
    connection.account = account
    venue.keyLife.used(account)
    venue.channels.join(account, connection)
    connection.answer({
      ...(id === undefined ? {} : { id }),
      event: 'login',
      code: '0',
      msg: '',
      connId: connection.connId,
    })
    dropIfFaulty(venue, connection, account)
  } catch (error) {
    if (!(error instanceof LoginError || error instanceof ApiError)) throw error
    connection.error(error.code, error.message, id)
    if (FATAL.has(error.code)) connection.ws.close(4001, 'Login failed.')
  }
}

function check(venue: OkxVenue, connection: Connection, args: unknown[]) {
  const given = args[0]
  if (!isRecord(given)) throw new LoginError('60013', 'Invalid args')
  if (connection.path === 'public')
    throw new LoginError('60008', 'The current WebSocket endpoint does not support login.')
  if (args.length > 1) throw multiple()
  const text = (name: string) => (typeof given[name] === 'string' ? given[name] : '')
  const [apiKey, sign, passphrase, timestamp] = [text('apiKey'), text('sign'), text('passphrase'), text('timestamp')]
  if (apiKey === '') throw new LoginError('60001', '"OK-ACCESS-KEY" can\'t be blank')
  if (sign === '') throw new LoginError('60002', '"OK-ACCESS-SIGN" can\'t be blank')
  if (passphrase === '') throw new LoginError('60003', '"OK-ACCESS-PASSPHRASE" can\'t be blank')
  if (!/^\d{10}(\.\d+)?$/.test(timestamp)) throw new LoginError('60004', 'Invalid timestamp')
  if (!/^[A-Za-z0-9-]{1,128}$/.test(apiKey)) throw new LoginError('60005', 'Invalid OK_ACCESS_KEY')
  if (Math.abs(venue.api.now() / 1000 - Number(timestamp)) > WINDOW_S) {
    throw new LoginError('60006', 'Timestamp request expired')
  }
  const account = venue.world.accounts.byKey.get(apiKey)
  if (account?.exchange !== venue.exchange) throw new LoginError('60032', "API key doesn't exist")
  if (connection.account) {
    throw connection.account === account ? new LoginError('60010', 'Already logged in') : multiple()
  }
  venue.api.checkAddress(account, connection.ip)
  if (passphrase !== account.key.passphrase) throw new LoginError('60024', 'Wrong passphrase')
  if (!signatureMatches(account.key.secret, loginPayload(timestamp), sign))
    throw new LoginError('60007', 'Invalid sign')
  return account
}

function multiple(): LoginError {
  return new LoginError('60031', 'The WebSocket endpoint does not allow multiple or repeated logins.')
}
