import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Browser, Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { launchChromium, logIn } from './browser.ts'
import { Person, sim } from './hub-api.ts'
import { freePort, type Program, startHub, startPaperExchange } from './processes.ts'

/** Mission row 16: the person's own view, in a real browser, against the built hub and the paper exchange. */
describe('orders live in the browser', () => {
  const dataDir = mkdtempSync(join(tmpdir(), 'tradercoin-e2e-'))
  let browser: Browser
  let paper: Program
  let hub: Program
  let hubPort: number
  let base: string
  let paperUrl: string

  beforeAll(async () => {
    const paperPort = await freePort()
    hubPort = await freePort()
    paperUrl = `http://127.0.0.1:${paperPort}`
    base = `http://127.0.0.1:${hubPort}`
    paper = await startPaperExchange(paperPort)
    hub = await startHub({ port: hubPort, dataDir, paper: paperUrl })
    browser = await launchChromium()
  })
  afterAll(async () => {
    await browser?.close()
    await hub?.stop()
    await paper?.stop()
    rmSync(dataDir, { recursive: true, force: true })
  })

  const row = (page: Page, orderId: number) => page.locator(`[data-testid="order-row"][data-order-id="${orderId}"]`)
  const dot = (page: Page, state: string) => page.locator(`[data-testid="connection-status"][data-state="${state}"]`)

  test('two tabs of one user show an order placed by REST and one placed elsewhere, with their fills; another user sees none', async () => {
    const alice = await new Person(base, 'alice@example.com').register()
    const bob = await new Person(base, 'bob@example.com').register()
    const spot = await alice.addPaperAccount(paperUrl, 'spot')
    const futures = await alice.addPaperAccount(paperUrl, 'futures')
    await bob.addPaperAccount(paperUrl, 'spot')
    await using aliceContext = await browser.newContext()
    await using bobContext = await browser.newContext()
    const first = await logIn(aliceContext, alice)
    const second = await aliceContext.newPage()
    await second.goto(`${base}/orders/`)
    const bobs = await logIn(bobContext, bob)
    for (const page of [first, second, bobs]) await dot(page, 'connected').waitFor()

    await sim(paperUrl, 'POST', '/price', {
      exchange: 'binance',
      trading_mode: 'spot',
      symbol: 'BTCUSDT',
      price: '60000',
    })
    await sim(paperUrl, 'POST', '/price', {
      exchange: 'binance',
      trading_mode: 'futures',
      symbol: 'ETHUSDT',
      price: '3000',
    })
    const placed = await alice.place({
      exchange_key_id: spot.key,
      symbol: 'BTCUSDT',
      side: 'BUY',
      type: 'LIMIT',
      quantity: '0.01',
      price: '59000',
      time_in_force: 'GTC',
    })
    await sim(paperUrl, 'POST', '/orders', {
      account_id: futures.account,
      symbol: 'ETHUSDT',
      side: 'SELL',
      type: 'LIMIT',
      quantity: '0.5',
      price: '3100',
    })
    for (const page of [first, second]) {
      await row(page, placed.id).waitFor()
      await page.locator('[data-testid="order-row"][data-status="NEW"]').nth(1).waitFor()
    }
    await sim(paperUrl, 'POST', '/price', {
      exchange: 'binance',
      trading_mode: 'spot',
      symbol: 'BTCUSDT',
      price: '58900',
    })
    await sim(paperUrl, 'POST', '/price', {
      exchange: 'binance',
      trading_mode: 'futures',
      symbol: 'ETHUSDT',
      price: '3101',
    })
    for (const page of [first, second]) {
      await page.locator('[data-testid="order-row"][data-status="FILLED"]').nth(1).waitFor()
    }
    expect(await bobs.getByTestId('order-row').count()).toBe(0)
  })

  test('the hub stopped: red; started again: green by itself, with what happened meanwhile', async () => {
    const carol = await new Person(base, 'carol@example.com').register()
    const { account } = await carol.addPaperAccount(paperUrl, 'spot')
    await using context = await browser.newContext()
    const page = await logIn(context, carol)
    await dot(page, 'connected').waitFor()
    await hub.stop('SIGKILL')
    await dot(page, 'disconnected').waitFor()
    await sim(paperUrl, 'POST', '/price', {
      exchange: 'binance',
      trading_mode: 'spot',
      symbol: 'BTCUSDT',
      price: '60000',
    })
    await sim(paperUrl, 'POST', '/orders', {
      account_id: account,
      symbol: 'BTCUSDT',
      side: 'BUY',
      type: 'LIMIT',
      quantity: '0.02',
      price: '59000',
    })
    await sim(paperUrl, 'POST', '/price', {
      exchange: 'binance',
      trading_mode: 'spot',
      symbol: 'BTCUSDT',
      price: '58900',
    })
    hub = await startHub({ port: hubPort, dataDir, paper: paperUrl })
    await dot(page, 'connected').waitFor({ timeout: 60_000 })
    await page.locator('[data-testid="order-row"][data-status="FILLED"]').first().waitFor()
  })
})
