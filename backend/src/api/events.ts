import { userEventSchema } from '@tradercoin/protocol'
import type { FastifyReply } from 'fastify'
import { z } from 'zod'
import { readFrames } from '../store/events.ts'
import type { Store } from '../store/store.ts'
import { readUserLog, type UserLog } from '../store/user-logs.ts'
import { Problem } from './problem.ts'
import type { ApiServer } from './server.ts'

const querySchema = z.strictObject({
  epoch: z.string().max(64).optional(),
  after: z.coerce.number().int().nonnegative().optional(),
  limit: z.coerce.number().int().min(1).max(500).default(100),
})
const answerSchema = z.object({ epoch: z.string(), items: z.array(userEventSchema), next: z.int() })

export interface EventRoutes {
  store: Store
  /** Calls `fn` whenever something of the user is committed; returns how to stop. */
  onCommitted(userId: number, fn: () => void): () => void
  /** Ends with the login session, or the hub. */
  onSessionEnded(userId: number, sessionId: number, fn: () => void): () => void
}

/** The user's log for scripts: the same events with the same numbers as over the WebSocket, as JSON or as an event stream. */
export function eventRoutes(api: ApiServer, routes: EventRoutes): void {
  const { store } = routes
  api.get('/events', {
    schema: {
      tags: ['trading'],
      summary: 'The event log after a position',
      description: 'With `Accept: text/event-stream` it goes on for ever; each event has the id `epoch:seq`.',
      querystring: querySchema,
      response: { 200: answerSchema },
    },
    handler: async (request, reply) => {
      const { principal, query, headers } = request
      const userId = principal.user.id
      const isStream = (headers.accept ?? '').includes('text/event-stream')
      const log = readUserLog(store.db, { user_id: userId })
      if (!log) throw new Error('the user has no log')
      const { epoch, after } = isStream ? (lastEventId(headers['last-event-id']) ?? query) : query
      checkPosition(log, epoch, after ?? log.pruned)
      if (isStream) return stream(routes, reply, log, userId, principal.session_id, after ?? log.pruned)
      const frames = readFrames(store.db, { user_id: userId }, after ?? log.pruned, query.limit)
      const next = frames.at(-1)?.seq ?? after ?? log.seq
      const items = frames.map(({ frame }) => frame).join(',')
      // The log holds each record as JSON already.
      const body = `{"epoch":${JSON.stringify(log.epoch)},"items":[${items}],"next":${next}}`
      return reply
        .type('application/json')
        .serializer((text: string) => text)
        .send(body as never)
    },
  })
}

function lastEventId(header: string | string[] | undefined): { epoch: string; after: number } | undefined {
  const match = /^([0-9a-f]{1,64}):(\d{1,15})$/.exec(`${header ?? ''}`)
  return match ? { epoch: match[1] ?? '', after: Number(match[2]) } : undefined // not money: a seq
}

/** @throws Problem 409 for another epoch or a position ahead of the log, 410 for one whose followers are gone */
function checkPosition(log: UserLog, epoch: string | undefined, after: number): void {
  if ((epoch !== undefined && epoch !== log.epoch) || after > log.seq) {
    throw new Problem(409, 'epoch_changed', 'The log was replaced; read the lists anew and go on from there.')
  }
  if (after < log.pruned) {
    throw new Problem(410, 'events_pruned', 'Events after this position are no longer kept; read the lists anew.')
  }
}

const pageSize = 200

/** Writes the log as server-sent events at the reader's pace, and waits at its head for more. */
async function stream(
  { store, onCommitted, onSessionEnded }: EventRoutes,
  reply: FastifyReply,
  { epoch }: UserLog,
  userId: number,
  sessionId: number,
  after: number,
): Promise<FastifyReply> {
  reply.hijack()
  const { raw } = reply
  for (const [name, value] of Object.entries(reply.getHeaders())) if (value !== undefined) raw.setHeader(name, value)
  raw.writeHead(200, { 'content-type': 'text/event-stream', 'cache-control': 'no-store' })
  raw.flushHeaders()
  let wake = () => {}
  const stop = [onCommitted(userId, () => wake()), onSessionEnded(userId, sessionId, () => raw.end(() => wake()))]
  raw.on('close', () => wake())
  raw.on('drain', () => wake())
  try {
    for (let seq = after; !raw.writableEnded && !raw.destroyed; ) {
      const woken = new Promise<void>((resolve) => {
        wake = resolve
      })
      const frames = readFrames(store.db, { user_id: userId }, seq, pageSize)
      const isFlowing = frames.length > 0 && raw.write(frames.map((event) => sse(epoch, event)).join(''))
      seq = frames.at(-1)?.seq ?? seq
      if (!isFlowing) await woken
      else await new Promise(setImmediate)
    }
  } catch {
    raw.destroy()
  } finally {
    for (const end of stop) end()
  }
  return reply
}

const sse = (epoch: string, { seq, frame }: { seq: number; frame: string }) => `id: ${epoch}:${seq}\ndata: ${frame}\n\n`
