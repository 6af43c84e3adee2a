import { type Simulator, startSimulator } from '@tradercoin/simulator'
import { afterAll, beforeAll, expect, it, vi } from 'vitest'
import { startHub, type TestHub } from './support/hub.ts'
import { liveTab } from './support/tab.ts'

/* A key that was found to have rights it must not have, as its owner meets it. */

let simulator: Simulator
let hub: TestHub
beforeAll(async () => {
  simulator = await startSimulator({ bot: false, seed: 21 })
  hub = await startHub({
    config: { paper: { mode: 'url', url: simulator.url } },
    overrides: { hub: { heartbeatMs: 500 } },
  })
})
afterAll(async () => {
  await hub.close()
  await simulator.close()
})

it('is shown as needing action, trades nothing, and works again once it is switched on without those rights', async () => {
  const user = await hub.newUser()
  const added = await user.ask('POST', '/trading/exchange-keys/paper', { exchange: 'binance', trading_mode: 'spot' })
  expect(added.body).toMatchObject({ is_suspended: false, permissions: { withdraw: false } })
  expect(added.body.checked_at).toBeGreaterThan(0)
  const { id, permissions, checked_at } = added.body
  const reason = 'The key may now withdraw or transfer funds.'
  const more = { warnings: [], suspended_reason: reason }
  await hub.store.writer.run('saveKeyCheck', { id, since: checked_at, permissions, ...more })
  await hub.accounts.stop(id, 'action_needed', reason)

  const shown = { is_suspended: true, is_active: true, state: 'action_needed', state_reason: reason }
  expect((await user.ask('GET', '/trading/exchange-keys')).body.items).toMatchObject([shown])
  const tab = await liveTab(hub.url, user.token)
  await tab.until(() =>
    tab.messages.some(({ type, data }) => type === 'heartbeat' && data.keys[0]?.state === 'action_needed'),
  )
  tab.end()
  const body = { exchange_key_id: id, symbol: 'BTCUSDT', side: 'BUY', type: 'MARKET', quantity: '1' }
  const refusals = [
    await user.ask('POST', '/trading/orders', body, { 'idempotency-key': 'k' }),
    await user.ask('DELETE', `/trading/orders?exchange_key_id=${id}`),
    await user.ask('POST', `/trading/listen-key/${id}`),
  ]
  for (const refusal of refusals) expect(refusal.body).toMatchObject({ status: 409, code: 'key_suspended' })

  const off = await user.ask('PATCH', `/trading/exchange-keys/${id}`, { is_active: false })
  expect(off.body).toMatchObject({ state: 'stopped', is_active: false })
  const on = await user.ask('PATCH', `/trading/exchange-keys/${id}`, { is_active: true })
  expect(on.body).toMatchObject({ is_suspended: false, is_active: true })
  await vi.waitFor(
    async () => {
      expect((await user.ask('GET', '/trading/exchange-keys')).body.items).toMatchObject([{ state: 'live' }])
    },
    { timeout: 15_000, interval: 50 },
  )
})
