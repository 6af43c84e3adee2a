import { startSimulator } from '@tradercoin/simulator'
import { afterEach, expect, it } from 'vitest'
import { request } from './support/hub.ts'
import { type HubProcess, killAll, makeDataDir, runHub } from './support/process.ts'
import { TestTab } from './support/tab.ts'

afterEach(killAll)

interface Fill {
  trade_id: string
  order_id: string
}

async function json<T>(url: string, init?: RequestInit): Promise<T> {
  const answer = await fetch(url, init)
  if (!answer.ok) throw new Error(await answer.text())
  return (await answer.json()) as T
}

/** All executions the hub has stored for a user, page by page. */
async function storedFills(url: string, token: string): Promise<Fill[]> {
  const all: Fill[] = []
  for (let cursor = ''; ; ) {
    const { body } = await request(url, 'GET', `/api/v1/trading/executions?limit=500${cursor}`, { token })
    all.push(...body.items)
    if (body.next_cursor === null) return all
    cursor = `&cursor=${encodeURIComponent(body.next_cursor)}`
  }
}

/*
 * The promise of the hub: what the exchange's own ledger holds is stored once and has reached the tab once and in order, though the hub
 * was killed again and again while it came.
 */
it.each(['spot', 'futures'])(
  'a hub killed over and over during a storm loses and repeats nothing: %s',
  async (trading_mode) => {
    await using simulator = await startSimulator({ bot: false, seed: 11, limits: 'off' })
    const post = <T>(path: string, body: unknown) =>
      json<T>(simulator.url + path, {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify(body),
      })
    const account = await post<{ account_id: string; api_key: string; api_secret: string }>('/sim/accounts', {
      exchange: 'binance',
      trading_mode,
      balances: { USDT: '100000000', BTC: '1000' },
    })
    const dataDir = makeDataDir()
    const start = () => runHub({ DATA_DIR: dataDir, PAPER: simulator.url })
    let hub: HubProcess = start()
    const body = { email: 'x@example.org', password: 'long enough for it' }
    const { access_token: token } = (await request(await hub.url, 'POST', '/api/v1/auth/register', { body })).body
    const { api_key, api_secret } = account
    const key = { exchange: 'binance', trading_mode, environment: 'paper', api_key, api_secret }
    expect((await request(await hub.url, 'POST', '/api/v1/trading/exchange-keys', { token, body: key })).status).toBe(
      201,
    )

    const seqs: number[] = []
    const trades: string[] = []
    let epoch = ''
    let last = 0
    /** Signs a tab in where the last one stopped. */
    const openTab = async (first: boolean) => {
      const tab = new TestTab(await hub.url, { token, ...(!first && { resume: { epoch, seq: last } }) })
      const { data } = await tab.message('ready')
      expect([first, data.recovered]).toEqual([first, !first])
      epoch = data.epoch
      if (first) last = (await tab.message('snapshot')).data.seq
      return tab
    }
    const take = (tab: TestTab) => {
      for (const message of tab.messages) {
        if (!('seq' in message)) continue
        seqs.push(message.seq)
        last = message.seq
        if (message.type === 'execution') trades.push(message.data.trade_id)
      }
    }

    let tab = await openTab(true)
    const from = last
    await tab.until(() => JSON.stringify(tab.messages).includes('"state":"live"'), 'the key to be live')
    const storm = post('/sim/storm', {
      account_ids: [account.account_id],
      fills: 1_500,
      rate_per_s: 150,
      seed: 5,
      symbol: 'BTCUSDT',
    })
    for (let kill = 0; kill < 3; kill++) {
      const wanted = tab.seqs.length + 40 + kill * 67
      await tab.until(() => tab.seqs.length >= wanted, 'events to kill the hub in', 30_000)
      hub.child.kill('SIGKILL')
      await hub.ended
      await tab.closed()
      take(tab)
      hub = start()
      tab = await openTab(false)
    }
    await storm
    const ledger = await json<{ executions: Fill[] }>(`${simulator.url}/sim/ledger?account_id=${account.account_id}`)
    const told = new Set(ledger.executions.map(({ trade_id }) => trade_id))
    expect(told.size).toBe(ledger.executions.length)
    const countNow = () => trades.length + tab.messages.filter(({ type }) => type === 'execution').length
    await tab.until(() => countNow() >= told.size, 'every fill', 60_000)
    take(tab)
    expect(new Set(trades)).toEqual(told)
    expect(trades).toHaveLength(told.size)
    expect(seqs).toEqual(Array.from({ length: seqs.length }, (_, index) => from + 1 + index))
    const stored = await storedFills(await hub.url, token)
    expect(stored.map(({ trade_id }) => trade_id).toSorted()).toEqual([...told].toSorted())
    tab.end()
  },
  180_000,
)
