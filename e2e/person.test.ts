import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { createRequire } from 'node:module'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Browser, Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { launchChromium, logIn } from './browser.ts'
import { Person, sim } from './hub-api.ts'
import { freePort, type Program, startHub, startPaperExchange } from './processes.ts'

const axeSource = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8')

/** From nothing to a traded order with the mouse and the keyboard alone, and the page's own quality. */
describe('a person at the page', () => {
  const dataDir = mkdtempSync(join(tmpdir(), 'tradercoin-person-'))
  let browser: Browser
  let paper: Program
  let hub: Program
  let base: string
  let paperUrl: string

  beforeAll(async () => {
    const [hubPort, paperPort] = [await freePort(), await freePort()]
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

  const violations = async (page: Page) => {
    await page.evaluate(axeSource)
    return page.evaluate(async () => {
      const { axe } = globalThis as unknown as {
        axe: { run(): Promise<{ violations: { id: string; help: string }[] }> }
      }
      return (await axe.run()).violations.map(({ id, help }) => `${id}: ${help}`)
    })
  }

  test('registers, adds a paper account with one click, places an order, sees its timeline, cancels it', async () => {
    await using context = await browser.newContext()
    const page = await context.newPage()
    await page.goto(`${base}/register/`)
    await page.getByTestId('register-email').fill('erin@example.com')
    await page.getByTestId('register-password').fill('correct horse battery')
    await page.getByTestId('register-submit').click()
    await page.getByTestId('connection-status').waitFor()
    await page.getByTestId('nav-keys').click()
    await page.getByTestId('add-paper-binance-spot').click()
    await page.locator('[data-testid="key-row"][data-state="live"]').waitFor()
    await page.getByTestId('nav-orders').click()
    await page.locator('[data-testid="connection-status"][data-state="connected"]').waitFor()
    await page.getByTestId('ticket-symbol').fill('BTCUSDT')
    await page.getByTestId('ticket-price').fill('50000')
    await page.getByTestId('ticket-size').fill('0.01')
    await page.getByTestId('ticket-submit').click()
    const row = page.locator('[data-testid="order-row"][data-status="NEW"]')
    await row.waitFor()
    await row.locator('[data-column="symbol"]').click()
    await page.locator('[data-testid="timeline-entry"][data-status="NEW"]').first().waitFor()
    await page.getByTestId('details-cancel').click()
    await page.locator('[data-testid="timeline-entry"][data-status="CANCELED"]').first().waitFor()
  })

  test('every page is without findings of axe, dark and light, wide and phone, in both languages', async () => {
    const frank = await new Person(base, 'frank@example.com').register()
    const { key } = await frank.addPaperAccount(paperUrl, 'spot')
    const order = {
      exchange_key_id: key,
      symbol: 'BTCUSDT',
      side: 'BUY',
      type: 'LIMIT',
      quantity: '0.01',
      price: '50000',
    }
    await frank.place(order)
    await sim(paperUrl, 'GET', '/health')
    for (const colorScheme of ['dark', 'light'] as const) {
      for (const [width, locale] of [
        [1440, 'en-US'],
        [390, 'vi-VN'],
      ] as const) {
        await using context = await browser.newContext({ colorScheme, locale, viewport: { width, height: 900 } })
        const page = await logIn(context, frank)
        await page.getByTestId('order-row').first().waitFor()
        expect(await violations(page), `orders ${colorScheme} ${width}`).toEqual([])
        await page.goto(`${base}/keys/`)
        await page.getByTestId('key-row').waitFor()
        expect(await violations(page), `keys ${colorScheme} ${width}`).toEqual([])
      }
    }
  })
})
