import { setImmediate as turn } from 'node:timers/promises'
import { type ClientMessage, canResume, type ServerMessage } from '@tradercoin/protocol'
import fc from 'fast-check'
import { afterEach, expect, it } from 'vitest'
import { type Client, createClient } from '../src/client.ts'
import { eventually } from './eventually.ts'
import { balance, type FakeHub, type FakeLine, ready, snapshot, startFakeHub } from './fake-hub.ts'

const count = (happened: Map<string, number>, what: string) => happened.set(what, (happened.get(what) ?? 0) + 1)

/** A hub with one user's log that keeps to the protocol, on lines that do not. */
function serveLog(hub: FakeHub, happened: Map<string, number>) {
  const log = { epoch: 'e1', head: 0, oldest: 1 }
  const lines = new Set<FakeLine>()

  async function serve(line: FakeLine) {
    const message: ClientMessage = await line.messages.next()
    if (message.type !== 'auth') return line.close(4504)
    const { resume } = message.data
    const recovered = canResume(resume, log)
    count(happened, recovered ? (resume?.seq === log.head ? 'nothing missed' : 'replay') : resume ? 'reset' : 'first')
    line.send(ready({ epoch: log.epoch, seq: log.head, recovered, heartbeat_ms: 25_000 }))
    if (recovered) for (let seq = (resume?.seq ?? 0) + 1; seq <= log.head; seq++) line.send(balance(seq))
    else line.send(snapshot(log.head, log.epoch))
    lines.add(line)
    void line.closed.then(() => lines.delete(line))
  }

  async function acceptAll() {
    for (;;) void serve(await hub.lines.next())
  }
  void acceptAll()

  const toAll = (message: ServerMessage) => {
    for (const line of lines) line.send(message)
  }
  return {
    log,
    commit(deliver: (message: ServerMessage) => void = toAll) {
      log.head += 1
      deliver(balance(log.head))
    },
    toAll,
    lines,
  }
}

let client: Client | null = null
afterEach(() => client?.disconnect())

/** Each with the turns of the event loop that pass after it, so that it strikes at any moment of a connection's life. */
const fault = fc.record({
  what: fc.constantFrom('commit', 'commit', 'commit', 'cut', 'close', 'duplicate', 'lose', 'prune', 'renew', 'settle'),
  turns: fc.integer({ min: 0, max: 12 }),
})

type Fault = typeof fault extends fc.Arbitrary<infer T> ? T : never
const strike = (what: Fault['what'], turns = 12): Fault => ({ what, turns })

/** A story in which everything happens for certain, whatever chance tells in the others. */
const everything: Fault[] = [
  ...[strike('settle'), strike('commit'), strike('settle')],
  ...[strike('cut'), strike('settle')],
  ...[strike('cut', 0), strike('commit'), strike('settle')],
  ...[strike('lose'), strike('settle')],
  ...[strike('cut', 0), strike('commit', 0), strike('prune'), strike('settle')],
]

it('applies each event once and in order, or replaces it by a snapshot, whatever happens to the line', async () => {
  const happened = new Map<string, number>()
  await fc.assert(
    fc.asyncProperty(fc.array(fault, { minLength: 5, maxLength: 40 }), async (faults) => {
      const hub = await startFakeHub()
      const served = serveLog(hub, happened)
      // What the client holds: the last value by the events, and by the snapshots that replace them.
      let place = { epoch: '', seq: -1 }
      const disorder: string[] = []
      const page = createClient({
        baseUrl: hub.baseUrl,
        getToken: () => 'token',
        clock: {
          now: () => Date.now(),
          after(ms, fn) {
            const timer = setTimeout(fn, ms)
            return () => clearTimeout(timer)
          },
          // No wait before a retry: the story is about the lines.
          random: () => 0,
        },
      })
      client = page
      page.onSnapshot(({ epoch, seq }) => {
        place = { epoch, seq }
      })
      page.onBalanceUpdate(({ total }, seq) => {
        if (seq !== place.seq + 1 || total !== String(seq)) disorder.push(`${seq} after ${place.seq}`)
        place.seq = seq
      })
      const settled = () =>
        eventually(() => {
          expect([place.epoch, place.seq]).toEqual([served.log.epoch, served.log.head])
          // Back on a line, too: who missed nothing is settled without one.
          expect(served.lines.size).toBeGreaterThan(0)
        })
      page.onState(({ reason }) => {
        if (reason?.kind === 'gap') count(happened, 'gap')
      })
      page.connect()
      for (const { what, turns } of faults) {
        const { log } = served
        if (what === 'commit') served.commit()
        if (what === 'lose') {
          served.commit(() => undefined)
          served.commit()
        }
        if (what === 'duplicate' && log.head > 0) served.toAll(balance(log.head))
        if (what === 'cut') for (const line of served.lines) line.terminate()
        if (what === 'close') for (const line of served.lines) line.close(4008)
        if (what === 'prune') log.oldest = log.head + 1
        if (what === 'renew') {
          log.epoch = `e${log.head}-${log.oldest}x`
          for (const line of served.lines) line.close(4010)
        }
        if (what === 'settle') await settled()
        for (let passed = 0; passed < turns; passed++) await turn()
      }
      for (const line of served.lines) line.close(4000)
      await settled()
      expect(disorder).toEqual([])
      page.disconnect()
      await hub.close()
    }),
    { numRuns: 60, examples: [[everything]] },
  )
  // Proves that the stories had everything in them.
  expect([...happened.keys()].sort()).toEqual(['first', 'gap', 'nothing missed', 'replay', 'reset'])
}, 60_000)
