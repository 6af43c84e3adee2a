import { execFileSync } from 'node:child_process'
import { existsSync } from 'node:fs'
import { fail, step } from './run.mjs'

const places = [
  process.env.CHROMIUM_PATH,
  '/usr/bin/chromium',
  '/usr/bin/chromium-browser',
  '/usr/bin/google-chrome',
  '/usr/bin/google-chrome-stable',
  '/snap/bin/chromium',
  '/Applications/Google Chrome.app/Contents/MacOS/Google Chrome',
  '/Applications/Chromium.app/Contents/MacOS/Chromium',
  'C:\\Program Files\\Google\\Chrome\\Application\\chrome.exe',
]

async function find() {
  const known = places.find((path) => path && existsSync(path))
  if (known) return known
  const { chromium } = await import('playwright-core')
  const own = chromium.executablePath()
  return own && existsSync(own) ? own : null
}

function has(command) {
  try {
    execFileSync('which', [command], { stdio: 'ignore' })
    return true
  } catch {
    return false
  }
}

/** The path of a Chromium for the end-to-end tests; installs one where it can, else says how and fails. */
export async function findOrInstallChromium() {
  const found = await find()
  if (found) return found
  const mend = 'Install Chromium or Chrome by hand, or set CHROMIUM_PATH to one, and run the command again.'
  if (process.platform === 'linux' && process.getuid?.() === 0 && has('apt-get')) {
    await step('Reading the list of Debian packages', 'apt-get', ['update'], { mend })
    await step('Installing Chromium', 'apt-get', ['install', '-y', '--no-install-recommends', 'chromium'], {
      env: { DEBIAN_FRONTEND: 'noninteractive' },
      mend,
    })
  } else {
    await step(
      'Installing Chromium',
      process.execPath,
      ['node_modules/playwright-core/cli.js', 'install', 'chromium'],
      { mend },
    )
  }
  return (await find()) ?? fail(`No Chromium was found after installing it. ${mend}`)
}
