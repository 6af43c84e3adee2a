import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { describe, expect, it } from 'vitest'
import { readOptions } from '../src/cli.ts'

const MAIN = fileURLToPath(new URL('../src/main.ts', import.meta.url))

function run(args: string[], env: Record<string, string> = {}): ChildProcess {
  return spawn(process.execPath, ['--import', 'tsx', MAIN, ...args], {
    env: { ...process.env, ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  })
}

/** Waits for the line that names the address. */
async function address(child: ChildProcess): Promise<string> {
  let text = ''
  for await (const chunk of child.stdout ?? []) {
    text += String(chunk)
    const found = /listening on (http:\/\/\S+)/.exec(text)
    if (found) return found[1] as string
  }
  throw new Error(`no address in ${text}`)
}

async function post(url: string, path: string, body: unknown): Promise<Record<string, string>> {
  const response = await fetch(url + path, {
    method: 'POST',
    headers: { 'Content-Type': 'application/json' },
    body: JSON.stringify(body),
  })
  return (await response.json()) as Record<string, string>
}

describe('the command', () => {
  it('reads its arguments and says what is wrong with them', () => {
    expect(
      readOptions(['--port', '0', '--seed=5', '--limits', 'off', '--bot', 'off', '--data', 'x', '--host', '::1']),
    ).toEqual({
      port: 0,
      seed: 5,
      limits: 'off',
      bot: false,
      dataDir: 'x',
      host: '::1',
    })
    expect(readOptions([])).toEqual({ port: 9100, host: '127.0.0.1' })
    expect(readOptions(['--port', '70000'])).toBe('--port must be a number from 0 to 65535, not 70000')
    expect(readOptions(['--limits', 'some'])).toBe('--limits must be real or off, not some')
    expect(readOptions(['--seed'])).toBe('--seed needs a value')
    expect(readOptions(['--what'])).toBe('unknown argument --what')
  })

  it('stops cleanly on SIGTERM, and at once when its parent is gone', async () => {
    const child = run(['--port', '0'])
    await address(child)
    child.kill('SIGTERM')
    expect(await once(child, 'exit')).toEqual([0, null])
    // A process that has just ended has an id that belongs to nobody.
    const orphan = run(['--port', '0'], { TRADERCOIN_PARENT_PID: String(child.pid) })
    expect(await once(orphan, 'exit')).toEqual([0, null])
  })

  it('exits 1 when it cannot start', async () => {
    const first = run(['--port', '0'])
    const url = new URL(await address(first))
    const second = run(['--port', url.port])
    let text = ''
    second.stderr?.on('data', (chunk) => {
      text += String(chunk)
    })
    expect(await once(second, 'exit')).toEqual([1, null])
    expect(text).toContain('already in use')
    first.kill('SIGTERM')
    await once(first, 'exit')
  })

  it('loses nothing that it answered when it is killed', async () => {
    const dataDir = mkdtempSync(join(tmpdir(), 'simulator-'))
    try {
      const first = run(['--port', '0', '--data', dataDir])
      const url = await address(first)
      const { account_id: id } = await post(url, '/sim/accounts', { exchange: 'binance', trading_mode: 'spot' })
      await post(url, '/sim/storm', { account_ids: [id], fills: 200, rate_per_s: 5000, seed: 1 })
      const before = await (await fetch(`${url}/sim/ledger?account_id=${id}`)).json()
      first.kill('SIGKILL')
      await once(first, 'exit')
      const second = run(['--port', '0', '--data', dataDir])
      const after = await (await fetch(`${await address(second)}/sim/ledger?account_id=${id}`)).json()
      expect(after).toEqual(before)
      second.kill('SIGTERM')
      await once(second, 'exit')
    } finally {
      rmSync(dataDir, { recursive: true })
    }
  })
})
