import { queryInteger, userEventSchema } from '@tradercoin/protocol'
import type { FastifyReply } from 'fastify'
import { z } from 'zod'
import type { UserListeners } from '../listeners.ts'
import { readFrames } from '../store/events.ts'
import type { LiveSession } from '../store/sessions.ts'
import type { Store } from '../store/store.ts'
import { readUserLog, type UserLog } from '../store/user-logs.ts'
import { Problem } from './problem.ts'
import type { ApiServer } from './server.ts'

const querySchema = z.strictObject({
  epoch: z.string().max(64).optional(),
  after: queryInteger(0).optional(),
  limit: queryInteger(1, 500).default(100),
})
const answerSchema = z.object({ epoch: z.string(), items: z.array(userEventSchema), next: z.int() })

export interface EventRoutes {
  store: Store
  /** Called for a user when something was committed, a session ended, or the hub is closing. */
  listeners: UserListeners
  /** Whether a stream of this session may go on. */
  isOpen(session: LiveSession): boolean
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
      if (isStream) return stream(routes, reply, log, after ?? log.pruned)
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
  { store, listeners, isOpen }: EventRoutes,
  reply: FastifyReply,
  { epoch }: UserLog,
  after: number,
): Promise<FastifyReply> {
  const { principal } = reply.request
  const user_id = principal.user.id
  const { raw } = reply.hijack()
  for (const [name, value] of Object.entries(reply.getHeaders())) if (value !== undefined) raw.setHeader(name, value)
  raw.writeHead(200, { 'content-type': 'text/event-stream', 'cache-control': 'no-store' })
  raw.flushHeaders()
  let wake = () => {}
  const stopListening = listeners.add(user_id, () => wake())
  raw.on('close', () => wake())
  raw.on('drain', () => wake())
  try {
    for (let seq = after; isOpen(principal) && !raw.destroyed; ) {
      const woken = new Promise<void>((resolve) => {
        wake = resolve
      })
      const frames = readFrames(store.db, { user_id }, seq, pageSize)
      seq = frames.at(-1)?.seq ?? seq
      const isFlowing = frames.length > 0 && raw.write(frames.map((event) => sse(epoch, event)).join(''))
      await (isFlowing ? new Promise(setImmediate) : woken)
    }
  } finally {
    stopListening()
    raw.end()
  }
  return reply
}

const sse = (epoch: string, { seq, frame }: { seq: number; frame: string }) => `id: ${epoch}:${seq}\ndata: ${frame}\n\n`
