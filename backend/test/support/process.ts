import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync } from 'node:fs'
import { rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'

/* The hub and its commands as processes of their own, from source. */

const running = new Set<ChildProcess>()
const dataDirs: string[] = []

export function makeDataDir(): string {
  const dataDir = mkdtempSync(join(tmpdir(), 'tradercoin-process-'))
  dataDirs.push(dataDir)
  return dataDir
}

/** Ends what a test has left running, and removes its data. */
export async function killAll(): Promise<void> {
  for (const child of running) child.kill('SIGKILL')
  running.clear()
  for (const dataDir of dataDirs.splice(0)) await rm(dataDir, { recursive: true, force: true, maxRetries: 5 })
}

export interface HubProcess {
  child: ChildProcess
  /** Everything it has printed. */
  output(): string
  /** Where it listens, once it does. */
  url: Promise<string>
  ended: Promise<number | null>
}

export function runHub(env: NodeJS.ProcessEnv, file = 'main.ts', args: string[] = [], input = ''): HubProcess {
  const path = fileURLToPath(new URL(`../../src/${file}`, import.meta.url))
  const child = spawn(process.execPath, ['--import', 'tsx', '--conditions=tradercoin-source', path, ...args], {
    env: { PATH: process.env.PATH, PORT: '0', PAPER: 'off', ...env },
    stdio: ['pipe', 'pipe', 'pipe'],
  })
  running.add(child)
  child.stdin.end(input)
  let text = ''
  const url = new Promise<string>((resolve) => {
    for (const stream of [child.stdout, child.stderr]) {
      createInterface({ input: stream }).on('line', (line) => {
        text += `${line}\n`
        const port = /"port":(\d+).*"msg":"hub_started"/.exec(line)?.[1]
        if (port) resolve(`http://127.0.0.1:${port}`)
      })
    }
  })
  const ended = once(child, 'close').then(([code]) => {
    running.delete(child)
    return code as number | null
  })
  return { child, output: () => text, url, ended }
}
