import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterAll, expect, it, vi } from 'vitest'
import { openReadable } from '../../src/store/database.ts'
import { readFrames } from '../../src/store/events.ts'
import { readUserLog } from '../../src/store/user-logs.ts'
import { TestLedger } from '../support/ledger.ts'
import { createDatabase, temporaryDirectory } from '../support/store.ts'
import { crashStory } from './story.ts'

const directory = temporaryDirectory()
afterAll(() => directory.remove())

const child = fileURLToPath(new URL('./ledger-child.ts', import.meta.url))
const kills = 8

it(`loses nothing and doubles nothing when the process is killed ${kills} times at any moment`, {
  timeout: 180_000,
}, async () => {
  const path = join(directory.path, 'crash.db')
  const told = join(directory.path, 'told.txt')
  createDatabase(path, 1).close()

  let killed = 0
  for (let run = 0; ; run++) {
    const process = spawn(
      globalThis.process.execPath,
      ['--conditions=tradercoin-source', '--import', 'tsx', child, path, told],
      { stdio: ['ignore', 'pipe', 'inherit'] },
    )
    if (killed >= kills) {
      const [code] = (await once(process, 'exit')) as [number]
      expect(code).toBe(0)
      break
    }
    // Somewhere between the first commit of this run and the end of the story.
    if (await killAfter(process, told, 5 + Math.floor(Math.random() * 60))) killed += 1
    else break
    expect(run).toBeLessThan(kills * 3)
  }
  expect(killed).toBeGreaterThan(3)

  const reference = new TestLedger(createDatabase(join(directory.path, 'reference.db'), 1))
  reference.book(crashStory)
  const db = openReadable(path)
  expect(new TestLedger(db).tables()).toEqual(reference.tables())

  const log = readUserLog(db, { user_id: 1 })
  const frames = readFrames(db, { user_id: 1 }, 0, 10_000)
  expect(frames.map(({ seq }) => seq)).toEqual(Array.from({ length: log?.seq ?? 0 }, (_, index) => index + 1))
  expect(frames).toHaveLength(reference.events.length)
  // Whatever a tab was told before a kill stands in the log with the same number and the same bytes.
  const lines = readFileSync(told, 'utf8')
    .split('\n')
    .filter((line) => line.endsWith('}}'))
  expect(lines.length).toBeGreaterThan(0)
  const logged = new Map(frames.map(({ seq, frame }) => [String(seq), frame]))
  for (const line of lines) expect(logged.get(line.slice(0, line.indexOf(' ')))).toBe(line.slice(line.indexOf(' ') + 1))
  db.close()
  reference.db.close()
})

/** Kills the process once it was told of that many more commits. @returns false when it finished before */
async function killAfter(process: ChildProcess, told: string, more: number): Promise<boolean> {
  const ended = once(process, 'exit')
  const lines = () => (existsSync(told) ? readFileSync(told, 'utf8').split('\n').length : 0)
  const target = lines() + more
  await vi.waitFor(() => expect(process.exitCode !== null || lines() >= target).toBe(true), {
    timeout: 60_000,
    interval: 1,
  })
  process.kill('SIGKILL')
  const [code, signal] = (await ended) as [number | null, string | null]
  if (signal === null) expect(code).toBe(0)
  return signal === 'SIGKILL'
}
