import { FAULT_KINDS, type Fault, type FaultKind } from '../faults/fault-book.ts'
import type { Venue } from '../venue.ts'
import type { World } from '../world.ts'
import type { Fields } from './fields.ts'
import { accountOf } from './routes.ts'
import { SimError } from './sim-error.ts'

const HOUR = 3_600_000
const COMMON = ['account_id', 'exchange', 'trading_mode', 'kind', 'count', 'duration_ms', 'new_connections']

/** The fields a kind takes beside the common ones, and how long it lasts when neither count nor duration is given. */
const KINDS: Record<FaultKind, { fields: string[]; count?: number; durationMs?: number; immediate?: true }> = {
  drop_connection: { fields: [], count: 1 },
  silent_stream: { fields: [], durationMs: 60_000 },
  delay: { fields: ['delay_ms'], durationMs: 10_000 },
  duplicate_events: { fields: [], count: 1 },
  reorder_events: { fields: ['window'], count: 4 },
  lose_events: { fields: [], count: 1 },
  expire_listen_key: { fields: [], count: 1, immediate: true },
  reject_upgrade: { fields: ['status', 'retry_after'], count: 1 },
  http_error: { fields: ['status', 'retry_after', 'path', 'method', 'code', 'msg'], count: 1 },
  ban_ip: { fields: [], durationMs: 120_000 },
  ambiguous_place: { fields: ['accepted', 'reply'], count: 1 },
  clock_skew: { fields: ['skew_ms'], durationMs: 60_000 },
  service_upgrade_notice: { fields: ['close_after_ms'], count: 1, immediate: true },
  malformed_frame: { fields: [], count: 1 },
  margin_call: { fields: [], count: 1, immediate: true },
  lost_cancel: { fields: [], count: 1 },
}

/** POST /sim/faults: arms a fault, or strikes at once where the kind is an event in itself. */
export function addFault(world: World, fields: Fields): unknown {
  const kind = fields.needOneOf('kind', FAULT_KINDS)
  const rules = KINDS[kind]
  fields.only(...COMMON, ...rules.fields)
  const account = fields.text('account_id') === undefined ? undefined : accountOf(world, fields.text('account_id'))
  const mode = fields.oneOf('trading_mode', ['spot', 'futures'] as const)
  const exchange = fields.text('exchange')
  const venues = world.venues.filter(
    (venue) =>
      (account === undefined || (venue.exchange === account.exchange && venue.modes.includes(account.mode))) &&
      (exchange === undefined || venue.exchange === exchange) &&
      (mode === undefined || venue.modes.includes(mode)),
  )
  if (venues.length === 0) throw new SimError('no venue of the paper exchange fits this scope')
  if (!venues.some((venue) => knows(venue, kind))) {
    throw new SimError(`${venues.map((venue) => venue.name).join(' and ')} has no ${kind}`)
  }
  const settings = readSettings(fields, kind)
  const count = fields.integer('count', 1, 1_000_000)
  const durationMs = fields.integer('duration_ms', 1, 24 * HOUR)
  const hits = strike(kind, venues, account?.id, settings)
  if (rules.immediate) return { kind, account_id: account?.id ?? null, hits }
  const lasting = count === undefined && durationMs === undefined
  let left = count ?? (lasting ? (rules.count ?? null) : null)
  const lasts = durationMs ?? (lasting ? rules.durationMs : undefined)
  if (kind === 'drop_connection' && left !== null) {
    // The cut that just happened is the first of the count; the rest meets connections that come later.
    left -= 1
    if (left === 0) return { kind, account_id: account?.id ?? null, hits }
  }
  const fault = world.faults.add({
    kind,
    scope: { accountId: account?.id, exchange: account ? undefined : exchange, mode: account ? undefined : mode },
    left,
    until: lasts === undefined ? null : Date.now() + lasts,
    settings,
  })
  return { ...describeFault(fault), hits }
}

/** Listen keys, margin calls and cancels that are accepted first are not on every venue. */
function knows(venue: Venue, kind: FaultKind): boolean {
  if (kind === 'expire_listen_key') return venue.expireCredential !== undefined
  if (kind === 'lost_cancel') return venue.losesCancels === true
  return kind !== 'margin_call' || venue.marginCall !== undefined
}

function strike(
  kind: FaultKind,
  venues: Venue[],
  accountId: string | undefined,
  settings: Record<string, unknown>,
): number {
  let hits = 0
  for (const venue of venues) {
    if (kind === 'drop_connection') hits += venue.dropConnections(accountId)
    else if (kind === 'expire_listen_key') hits += venue.expireCredential?.(accountId) ?? 0
    else if (kind === 'margin_call') hits += venue.marginCall?.(accountId) ?? 0
    else if (kind === 'service_upgrade_notice') {
      hits += venue.announceShutdown(accountId, Number(settings.close_after_ms ?? 5000))
    }
  }
  return hits
}

function readSettings(fields: Fields, kind: FaultKind): Record<string, unknown> {
  const settings: Record<string, unknown> = { armed_at: Date.now() }
  const put = (name: string, value: unknown) => {
    if (value !== undefined) settings[name] = value
  }
  put('new_connections', fields.flag('new_connections'))
  if (kind === 'delay') put('delay_ms', fields.integer('delay_ms', 1, HOUR) ?? 1000)
  if (kind === 'reorder_events') put('window', fields.integer('window', 2, 1000))
  if (kind === 'clock_skew') put('skew_ms', fields.needInteger('skew_ms', -24 * HOUR, 24 * HOUR))
  if (kind === 'service_upgrade_notice') put('close_after_ms', fields.integer('close_after_ms', 0, HOUR))
  if (kind === 'http_error' || kind === 'reject_upgrade') {
    const status = fields.integer('status', 400, 599)
    if (kind === 'http_error' && status === undefined) throw new SimError('http_error needs a status from 400 to 599')
    put('status', status)
    put('retry_after', fields.integer('retry_after', 0, 86_400))
  }
  if (kind === 'http_error') {
    put('path', fields.text('path'))
    put('method', fields.text('method'))
    put('code', fields.integer('code', -100_000, 100_000))
    put('msg', fields.text('msg'))
  }
  if (kind === 'ambiguous_place') {
    put('accepted', fields.flag('accepted'))
    put('reply', fields.oneOf('reply', ['error', 'hang_up'] as const))
  }
  return settings
}

export function clearFaults(world: World, accountId: string | undefined): unknown {
  return { cleared: world.faults.clear({ accountId }) }
}

export function describeFault(fault: Fault): Record<string, unknown> {
  const { armed_at: _armedAt, ...settings } = fault.settings
  return {
    id: fault.id,
    kind: fault.kind,
    account_id: fault.scope.accountId ?? null,
    exchange: fault.scope.exchange ?? null,
    trading_mode: fault.scope.mode ?? null,
    count: fault.left,
    duration_ms: fault.until === null ? null : Math.max(0, fault.until - Date.now()),
    ...settings,
  }
}
