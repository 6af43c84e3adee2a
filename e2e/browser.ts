import { type Browser, type BrowserContext, chromium, type Page } from 'playwright-core'
import type { Person } from './hub-api.ts'

export function launchChromium(): Promise<Browser> {
  return chromium.launch({
    executablePath: process.env.CHROMIUM_PATH ?? '/usr/bin/chromium',
    args: ['--no-sandbox', '--disable-gpu', '--disable-background-networking'],
  })
}

/** Logs in through the page, as a person does, and waits for the orders page. */
export async function logIn(context: BrowserContext, person: Person): Promise<Page> {
  const page = await context.newPage()
  await page.goto(`${person.base}/login/`)
  await page.getByTestId('login-email').fill(person.email)
  await page.getByTestId('login-password').fill(person.password)
  await page.getByTestId('login-submit').click()
  await page.getByTestId('stats').waitFor()
  return page
}
