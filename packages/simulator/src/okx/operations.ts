import type { Account } from '../engine/account.ts'
import { isRecord } from '../http/json.ts'
import { EXCHANGE, Results } from './api.ts'
import type { Connection } from './connection.ts'
import { badParameter, lostAnswer, noInstrument } from './errors.ts'
import { codeOf } from './instruments.ts'
import { amend, cancel, type Operation, place, together } from './orders.ts'
import { Params } from './params.ts'
import type { OkxVenue } from './venue.ts'

interface WsOperation {
  operation: Operation
  /** The REST call it shares its limit with, and how many calls of it are allowed in 2 s. */
  limit: [rest: string, calls: number]
  batch?: true
  places?: true
}

const OPERATIONS: Record<string, WsOperation> = {
  order: { operation: place, limit: ['POST /api/v5/trade/order', 60], places: true },
  'batch-orders': { operation: place, limit: ['POST /api/v5/trade/batch-orders', 300], batch: true, places: true },
  'cancel-order': { operation: cancel, limit: ['POST /api/v5/trade/cancel-order', 60] },
  'batch-cancel-orders': { operation: cancel, limit: ['POST /api/v5/trade/cancel-batch-orders', 300], batch: true },
  'amend-order': { operation: amend, limit: ['POST /api/v5/trade/amend-order', 60] },
  'batch-amend-orders': { operation: amend, limit: ['POST /api/v5/trade/amend-batch-orders', 300], batch: true },
}

export function isOperation(op: string): boolean {
  return Object.hasOwn(OPERATIONS, op)
}

/** Order operations over the private WebSocket (fact sheet: okx.md section 4.2). */
export function runOperation(
  venue: OkxVenue,
  connection: Connection,
  op: string,
  id: string | undefined,
  message: Record<string, unknown>,
): void {
  const { operation, limit, batch, places } = OPERATIONS[op] as WsOperation
  const inTime = venue.api.micros()
  const reply = (code: string, msg: string, data: unknown[]) =>
    connection.answer({ id, op, code, msg, data, inTime, outTime: venue.api.micros() })
  const { account } = connection
  if (connection.path !== 'private') {
    reply(
      '60028',
      'The current operation is not supported by this URL. Please use the correct WebSocket URL for the operation.',
      [],
    )
    return
  }
  if (!account) {
    reply('60011', 'Please log in', [])
    return
  }
  const args = message.args
  if (
    id === undefined ||
    !Array.isArray(args) ||
    args.length === 0 ||
    (!batch && args.length > 1) ||
    !args.every(isRecord)
  ) {
    reply('60013', 'Invalid args', [])
    return
  }
  if (!account.can('trade')) {
    reply('50120', "This API key doesn't have permission to use this function", [])
    return
  }
  const lost = places
    ? venue.world.faults.take('ambiguous_place', { accountId: account.id, exchange: EXCHANGE })
    : undefined
  try {
    const results =
      lost?.settings.accepted === false ? undefined : run(venue, account, operation, limit, args, message.expTime)
    if (!lost && results) reply(results.code, results.msg, results.rows)
    else if (lost?.settings.reply === 'hang_up') connection.ws.terminate()
    else throw lostAnswer()
  } catch (error) {
    const failure = venue.api.failure(error)
    reply(failure.code, failure.message, [])
  }
}

function run(
  venue: OkxVenue,
  account: Account,
  operation: Operation,
  [rest, calls]: [string, number],
  args: Record<string, unknown>[],
  expTime: unknown,
): Results {
  if (expTime !== undefined && venue.api.now() > Number(expTime)) throw badParameter('expTime')
  const instId = (args.length === 1 && instIdOf(venue, args[0]?.instIdCode)) || ''
  venue.api.limits.charge(`${rest}|${account.id}|${rest.includes('batch') ? '' : instId}`, calls, 2000, args.length)
  const translated: Operation = {
    run: (_venue, _account, params) => operation.run(venue, account, withInstId(venue, account, params)),
    blank: (params) => operation.blank(params),
  }
  return new Results(together(venue, account, args.map(Params.ofItem), translated))
}

/** Orders name the instrument by its integer code; demo trading refuses every one, as on the venue. */
function withInstId(venue: OkxVenue, account: Account, params: Params): Params {
  const code = params.raw('instIdCode')
  if (code === undefined) throw badParameter('instIdCode')
  const instId = account.environment === 'demo' ? undefined : instIdOf(venue, code)
  if (instId === undefined) throw noInstrument()
  return params.with({ instId })
}

function instIdOf(venue: OkxVenue, code: unknown): string | undefined {
  for (const { instrument } of venue.engine.markets.values()) {
    if (Number.isInteger(code) && codeOf(instrument) === code) return instrument.symbol
  }
  return undefined
}
