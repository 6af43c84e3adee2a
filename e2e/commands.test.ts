import { execFileSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, describe, expect, test } from 'vitest'
import { Person, sim } from './hub-api.ts'
import { eventually, freePort, Program, root } from './processes.ts'

const dataDir = mkdtempSync(join(tmpdir(), 'tradercoin-commands-'))
afterAll(() => rmSync(dataDir, { recursive: true, force: true }))

/** What still answers on a port. */
const answers = (port: number) =>
  fetch(`http://127.0.0.1:${port}/healthz`, { signal: AbortSignal.timeout(1000) }).then(
    () => true,
    () => false,
  )

async function start(env: NodeJS.ProcessEnv = {}) {
  const [port, paperPort] = [await freePort(), await freePort()]
  const folder = mkdtempSync(join(dataDir, 'start-'))
  const program = new Program(['scripts/start.mjs'], {
    PORT: String(port),
    PAPER_PORT: String(paperPort),
    DATA_DIR: folder,
    NODE_ENV: 'development',
    ...env,
  })
  return { program, port, paperPort, folder }
}

describe('npm start', () => {
  test('prints the address and a demo login that works, and leaves nothing behind on SIGTERM', async () => {
    const { program, port, paperPort } = await start()
    await using _program = program
    const [, email = '', password = ''] = await program.printed(/Demo login\s+(\S+)\s+(\S+)/)
    expect(program.output).toContain(`http://127.0.0.1:${port}`)
    const demo = new Person(`http://127.0.0.1:${port}`, email, password)
    const { user } = await demo.call<{ user: { role: string } }>('POST', '/auth/login', { email, password })
    expect(user.role).toBe('admin')
    const page = await fetch(`http://127.0.0.1:${port}/`)
    expect(await page.text()).toContain('<html')
    expect(await program.stop('SIGTERM')).toBe(0)
    expect(await answers(port)).toBe(false)
    expect(await answers(paperPort)).toBe(false)
  })

  test('ends, non-zero, when the hub dies, and takes the paper exchange with it', async () => {
    const { program, port, paperPort } = await start()
    await using _program = program
    await program.printed(/Demo login/)
    const hub = Number(
      execFileSync('pgrep', ['-P', String(program.child.pid), '-f', 'backend/dist/main.js'], { encoding: 'utf8' }),
    )
    process.kill(hub, 'SIGKILL')
    expect(await program.exited).not.toBe(0)
    expect(await answers(port)).toBe(false)
    await eventually('the paper exchange ends', async () => !(await answers(paperPort)))
  })

  test('ends with its parent, for npm does not pass signals on', async () => {
    const [port, paperPort] = [await freePort(), await freePort()]
    const parent = new Program(
      [
        '-e',
        `require('child_process').spawn(process.execPath, ['scripts/start.mjs'], { stdio: 'inherit' }); setInterval(() => {}, 1000)`,
      ],
      {
        PORT: String(port),
        PAPER_PORT: String(paperPort),
        DATA_DIR: mkdtempSync(join(dataDir, 'parent-')),
        NODE_ENV: 'development',
      },
    )
    await using _parent = parent
    await parent.printed(/Demo login/)
    parent.child.kill('SIGKILL')
    await eventually('the hub ends', async () => !(await answers(port)))
    await eventually('the paper exchange ends', async () => !(await answers(paperPort)))
  })

  test.each([
    ['no secrets', {}, 'JWT_SECRET'],
    ['a short key', { JWT_SECRET: 'k9!vQ2#xL7@pR4$tW8%yU1^zB6&nM3*c', ENCRYPTION_KEY: 'short' }, 'ENCRYPTION_KEY'],
    ['a sample', { JWT_SECRET: 'changeme-changeme-changeme-changeme', ENCRYPTION_KEY: 'x' }, 'JWT_SECRET'],
    [
      'equal secrets',
      { JWT_SECRET: 'k9!vQ2#xL7@pR4$tW8%yU1^zB6&nM3*c', ENCRYPTION_KEY: 'k9!vQ2#xL7@pR4$tW8%yU1^zB6&nM3*c' },
      'ENCRYPTION_KEY',
    ],
  ])(
    'in production with %s it exits 1 and names the variable, never its value',
    async (_what, secrets: Record<string, string>, name) => {
      const { program } = await start({ NODE_ENV: 'production', JWT_SECRET: '', ENCRYPTION_KEY: '', ...secrets })
      expect(await program.exited).toBe(1)
      expect(program.output).toContain(name)
      for (const value of Object.values(secrets)) if (value.length > 6) expect(program.output).not.toContain(value)
    },
  )

  test.each(['DATABASE_URL', 'REDIS_URL'])('%s stops the start with a sentence until it is built', async (name) => {
    const { program } = await start({ [name]: 'postgres://somewhere/else' })
    expect(await program.exited).toBe(1)
    expect(program.output).toContain(name)
  })
})

describe('for scripts', () => {
  test('a script of at most 30 lines with only the ws package, and `tradercoin watch`, receive the events', async () => {
    const { program, port, paperPort } = await start()
    await using _program = program
    await program.printed(/Demo login/)
    const base = `http://127.0.0.1:${port}`
    const paper = `http://127.0.0.1:${paperPort}`
    const dora = await new Person(base, 'dora@example.com').register()
    const { key, account } = await dora.addPaperAccount(paper, 'spot')

    const lines = readFileSync(join(root, 'docs/examples/orders.mjs'), 'utf8').trimEnd().split('\n')
    expect(lines.length).toBeLessThanOrEqual(30)
    await using script = new Program(['docs/examples/orders.mjs'], {
      HUB: base,
      EMAIL: dora.email,
      PASSWORD: dora.password,
    })
    await using watch = new Program(['scripts/tradercoin.mjs', 'watch', '--url', base], {
      TRADERCOIN_EMAIL: dora.email,
      TRADERCOIN_PASSWORD: dora.password,
    })
    await eventually('both are connected', async () =>
      /^tradercoin_tabs 2$/m.test(await (await fetch(`${base}/metrics`)).text()),
    )

    await dora.place({ exchange_key_id: key, symbol: 'BTCUSDT', side: 'BUY', type: 'MARKET', quantity: '0.001' })
    await sim(paper, 'POST', '/orders', {
      account_id: account,
      symbol: 'ETHUSDT',
      side: 'BUY',
      type: 'MARKET',
      quantity: '0.1',
    })
    for (const reader of [script, watch]) {
      await reader.printed(/BTCUSDT[^\n]*FILLED|FILLED[^\n]*BTCUSDT/)
      await reader.printed(/ETHUSDT[^\n]*FILLED|FILLED[^\n]*ETHUSDT/)
    }
  })
})
