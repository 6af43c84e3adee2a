import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Browser, Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { launchChromium, logIn } from './browser.ts'
import { Person } from './hub-api.ts'
import { eventually, freePort, type Program, startHub, startPaperExchange } from './processes.ts'

interface Key {
  id: number
  exchange: string
  trading_mode: string
  state: string
}
interface Market {
  exchange: string
  trading_mode: 'spot' | 'futures'
  symbol: string
}

/** What a person trades in this story: each venue, and both markets where one key covers them. */
const markets: readonly Market[] = [
  { exchange: 'binance', trading_mode: 'spot', symbol: 'BTCUSDT' },
  { exchange: 'binance', trading_mode: 'futures', symbol: 'BTCUSDT' },
  { exchange: 'okx', trading_mode: 'spot', symbol: 'BTC-USDT' },
  { exchange: 'okx', trading_mode: 'futures', symbol: 'BTC-USDT-SWAP' },
  { exchange: 'bybit', trading_mode: 'spot', symbol: 'BTCUSDT' },
  { exchange: 'bybit', trading_mode: 'futures', symbol: 'BTCUSDT' },
]

/** Every venue in one page: added with a click each, traded through the one API, changed and canceled with the mouse. */
describe('four venues', () => {
  const dataDir = mkdtempSync(join(tmpdir(), 'tradercoin-venues-'))
  let browser: Browser
  let paper: Program
  let hub: Program
  let grace: Person
  let page: Page
  let keys: Key[]

  beforeAll(async () => {
    const [hubPort, paperPort] = [await freePort(), await freePort()]
    paper = await startPaperExchange(paperPort)
    hub = await startHub({ port: hubPort, dataDir, paper: `http://127.0.0.1:${paperPort}` })
    grace = await new Person(`http://127.0.0.1:${hubPort}`, 'grace@example.com').register()
    browser = await launchChromium()
    page = await logIn(await browser.newContext({ viewport: { width: 1440, height: 900 } }), grace)
  })
  afterAll(async () => {
    await browser?.close()
    await hub?.stop()
    await paper?.stop()
    rmSync(dataDir, { recursive: true, force: true })
  })

  const keyOf = ({ exchange, trading_mode }: Market): Key => {
    const ofVenue = keys.filter((key) => key.exchange === exchange)
    const found = ofVenue.length === 1 ? ofVenue[0] : ofVenue.find((key) => key.trading_mode === trading_mode)
    if (!found) throw new Error(`no key of ${exchange}`)
    return found
  }
  const rowOf = (id: number) => page.locator(`[data-testid="order-row"][data-order-id="${id}"]`)

  test('an account of each is added with one click and comes alive', async () => {
    await page.getByTestId('nav-keys').click()
    for (const [index, name] of ['binance-spot', 'binance-futures', 'okx-spot', 'bybit-spot'].entries()) {
      await page.getByTestId(`add-paper-${name}`).click()
      await page.getByTestId('key-row').nth(index).waitFor()
    }
    await eventually('all four keys are live', async () => {
      keys = (await grace.call<{ items: Key[] }>('GET', '/trading/exchange-keys')).items
      return keys.length === 4 && keys.every(({ state }) => state === 'live')
    })
  })

  test('orders of every market show live in one table, as asked for', async () => {
    await page.getByTestId('nav-orders').click()
    await page.locator('[data-testid="connection-status"][data-state="connected"]').waitFor()
    for (const market of markets) {
      const terms = { exchange_key_id: keyOf(market).id, trading_mode: market.trading_mode, symbol: market.symbol }
      const resting = await grace.place({ ...terms, side: 'BUY', type: 'LIMIT', quantity: '0.01', price: '50000' })
      const taking = await grace.place({ ...terms, side: 'BUY', type: 'MARKET', quantity: '0.02' })
      await rowOf(resting.id).and(page.locator('[data-status="NEW"]')).waitFor()
      await rowOf(taking.id).and(page.locator('[data-status="FILLED"]')).waitFor()
      expect(await rowOf(resting.id).locator('[data-column="symbol"]').innerText()).toContain(market.symbol)
    }
    const { items } = await grace.call<{
      items: (Market & { quantity: string; executed_qty: string; type: string })[]
    }>('GET', '/trading/orders')
    for (const market of markets) {
      const own = items.filter(
        (order) => order.exchange === market.exchange && order.trading_mode === market.trading_mode,
      )
      expect(own.map(({ type, quantity, executed_qty }) => [type, quantity, executed_qty]).sort()).toEqual([
        ['LIMIT', '0.01', '0'],
        ['MARKET', '0.02', '0.02'],
      ])
    }
  })

  test('positions of every futures market, one of them closed from its row', async () => {
    await page.getByTestId('tab-positions').click()
    await page.getByTestId('position-row').nth(2).waitFor()
    await page
      .locator('[data-testid="position-row"][data-symbol="BTC-USDT-SWAP"]')
      .getByTestId('close-position')
      .click()
    await page.getByTestId('close-position-send').click()
    await page.locator('[data-testid="position-row"][data-symbol="BTC-USDT-SWAP"]').waitFor({ state: 'detached' })
    expect(await page.getByTestId('position-row').count()).toBe(2)
  })

  test('a resting order is changed and keeps its id, where the venue can', async () => {
    await page.getByTestId('tab-open').click()
    for (const market of markets.filter(({ trading_mode }) => trading_mode === 'futures')) {
      const query = `exchange=${market.exchange}&trading_mode=futures&status=NEW`
      const { items } = await grace.call<{ items: { id: number }[] }>('GET', `/trading/orders?${query}`)
      const id = items[0]?.id
      if (id === undefined) throw new Error(`no open order on ${market.exchange}`)
      await rowOf(id).getByTestId('amend-order').click()
      await page.getByTestId('amend-price').fill('50100')
      await page.getByTestId('amend-quantity').fill('0.03')
      await page.getByTestId('amend-send').click()
      await page.getByTestId('amend-dialog').waitFor({ state: 'detached' })
      await rowOf(id).locator('[data-column="price"]:has-text("50,100")').waitFor()
      await rowOf(id).locator('[data-column="amount"]:has-text("0.03")').waitFor()
    }
  })

  test('a value that does not fit is answered with the nearest that does', async () => {
    await page.getByTestId('ticket-account').selectOption(String(keyOf(markets[4] as Market).id))
    await page.getByTestId('ticket-mode-futures').click()
    await page.getByTestId('ticket-symbol').fill('BTCUSDT')
    await page.getByTestId('ticket-price').fill('50000.037')
    await page.getByTestId('ticket-size').fill('0.01')
    await page.getByTestId('ticket-submit').click()
    await page.getByTestId('nearest-price').first().click()
    await page.getByTestId('ticket-submit').click()
    await page.locator('[data-testid="ticket-result"][data-status="NEW"]').waitFor()
  })

  test('everything open is canceled, venue by venue', async () => {
    for (const { id } of keys) await grace.call('DELETE', `/trading/orders?exchange_key_id=${id}`)
    await page.getByTestId('tab-open').click()
    await page.getByTestId('order-row').first().waitFor({ state: 'detached' })
    const { items } = await grace.call<{ items: { status: string; type: string }[] }>(
      'GET',
      '/trading/orders?limit=500',
    )
    const limits = items.filter(({ type }) => type === 'LIMIT')
    expect(limits).toHaveLength(markets.length + 1)
    expect(new Set(limits.map(({ status }) => status))).toEqual(new Set(['CANCELED']))
  })
})
