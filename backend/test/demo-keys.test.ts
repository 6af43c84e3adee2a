import { mkdtempSync, readFileSync } from 'node:fs'
import { rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type Simulator, startSimulator } from '@tradercoin/simulator'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { startHub, type TestHub, testSecrets } from './support/hub.ts'
import { liveTab } from './support/tab.ts'

/* What the demo user finds at the first look: accounts of the paper exchange on which something happens. */

const secrets = testSecrets()
let dataDir: string
let simulator: Simulator

beforeEach(async () => {
  dataDir = mkdtempSync(join(tmpdir(), 'tradercoin-demo-'))
  simulator = await startSimulator({ bot: true, seed: 11 })
})
afterEach(async () => {
  await simulator.close()
  await rm(dataDir, { recursive: true, force: true })
})

const start = (url = simulator.url) => startHub({ config: { paper: { mode: 'url', url } }, dataDir, secrets })

async function signIn(hub: TestHub): Promise<string> {
  const body = JSON.parse(readFileSync(join(dataDir, 'demo-login.json'), 'utf8'))
  return (await hub.ask('POST', '/api/v1/auth/login', { body })).body.access_token
}

interface Key {
  id: number
  label: string
  trading_mode: string
  environment: string
  state: string
}
const keysOf = async (hub: TestHub, token: string): Promise<Key[]> =>
  (await hub.ask('GET', '/api/v1/trading/exchange-keys', { token })).body.items

/** How many accounts the paper exchange has opened. */
async function accountsOpened(): Promise<number> {
  const answer = await fetch(`${simulator.url}/sim/accounts`)
  return ((await answer.json()) as { accounts: unknown[] }).accounts.length
}

/** Ten seconds go by for those who trade on the paper exchange. */
const hurry = () =>
  fetch(`${simulator.url}/sim/clock`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ advance_ms: 10_000 }),
  })

describe('the demo user', () => {
  it('has a key of every kind, whose orders appear, fill and are cancelled with nobody doing anything', async () => {
    await using hub = await start()
    const token = await signIn(hub)
    const keys = await keysOf(hub, token)
    expect(keys.map(({ label, trading_mode, environment }) => [label, trading_mode, environment])).toEqual([
      ['Demo Bybit', 'spot', 'paper'],
      ['Demo OKX', 'spot', 'paper'],
      ['Demo Binance futures', 'futures', 'paper'],
      ['Demo Binance spot', 'spot', 'paper'],
    ])
    const tab = await liveTab(hub.url, token)
    const seen = (mode: string, status: string) =>
      tab.messages.some(
        (message) =>
          message.type === 'order_update' && message.data.trading_mode === mode && message.data.status === status,
      )
    for (const mode of ['spot', 'futures']) await tab.until(() => seen(mode, 'NEW'), `a new order on ${mode}`, 30_000)
    await vi.waitFor(
      async () => {
        await hurry()
        for (const mode of ['spot', 'futures'])
          for (const status of ['FILLED', 'CANCELED']) expect([mode, status, seen(mode, status)]).toContain(true)
      },
      { timeout: 30_000, interval: 100 },
    )
    expect((await keysOf(hub, token)).map(({ state }) => state)).toEqual(['live', 'live', 'live', 'live'])
    tab.end()
  }, 90_000)

  it('has no key again that they deleted, and others have none', async () => {
    {
      await using hub = await start()
      const token = await signIn(hub)
      for (const { id } of await keysOf(hub, token)) {
        const deleted = await hub.ask('DELETE', `/api/v1/trading/exchange-keys/${id}`, { token })
        expect(deleted.status).toBe(204)
      }
      const other = await hub.newUser()
      expect(await keysOf(hub, other.token)).toEqual([])
    }
    await using again = await start()
    expect(await keysOf(again, await signIn(again))).toEqual([])
    expect(await accountsOpened()).toBe(4)
  })

  it('can sign in while the paper exchange does not answer, and has the keys once it does', async () => {
    {
      await using hub = await start('http://127.0.0.1:9')
      expect(await keysOf(hub, await signIn(hub))).toEqual([])
      expect(hub.logText()).toContain('demo_keys_not_added')
    }
    await using again = await start()
    expect(await keysOf(again, await signIn(again))).toHaveLength(4)
  })
})
