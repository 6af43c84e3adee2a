import { expect } from 'vitest'
import { type Card, card, offeredCard } from './card.suite.ts'

/** A venue that has no such key may say that it belongs to another of its sites. */
const wrongKey = { kind: 'auth', code: expect.stringMatching(/^(invalid_credentials|unknown_key)$/) }

/** Another key of the same form. */
const reversed = (text: string) => [...text].reverse().join('')

export const keyCheckCards: readonly Card[] = [
  card('C01', 'a trading key: its account and its rights', async (h) => {
    const { exchange, who } = await h.setUp()
    const check = await exchange.checkKey(who)
    expect(check.account_uid).not.toBe('')
    expect(check.permissions).toMatchObject({ read: true, trade: true, withdraw: false, transfer: false })
  }),

  card('C02', 'two accounts have two names, one account has one', async (h) => {
    const { exchange, who } = await h.setUp()
    const first = await exchange.checkKey(who)
    const other = await h.sim.account()
    expect((await exchange.checkKey(other.credentials)).account_uid).not.toBe(first.account_uid)
    expect((await exchange.checkKey(who)).account_uid).toBe(first.account_uid)
  }),

  card('C03', 'a key that may only read: it may not trade, and an order says so', async (h) => {
    const exchange = h.open()
    const { credentials } = await h.sim.account({ permissions: ['read'] })
    const check = await exchange.checkKey(credentials)
    expect(check.permissions).toMatchObject({ read: true, trade: false })
    expect(check.warnings.join(' ')).toMatch(/trade/)
    await expect(exchange.placeOrder(credentials, h.request())).rejects.toMatchObject({ kind: 'auth' })
  }),

  card('C04', 'the right to withdraw is reported', async (h) => {
    const { credentials } = await h.sim.account({ permissions: ['read', 'trade', 'withdraw'] })
    expect(await h.open().checkKey(credentials)).toMatchObject({ permissions: { trade: true, withdraw: true } })
  }),

  offeredCard(
    'C05',
    'the right to transfer is reported',
    ({ target }) => target.tells_transfer_right,
    async (h) => {
      const { credentials } = await h.sim.account({ permissions: ['read', 'trade', 'universal_transfer'] })
      expect(await h.open().checkKey(credentials)).toMatchObject({ permissions: { trade: true, transfer: true } })
    },
    async (h) => {
      const { exchange, who } = await h.setUp()
      expect(await exchange.checkKey(who)).toMatchObject({ permissions: { transfer: false } })
    },
  ),

  card('C06', 'a key that works from every address is warned about, a bound one is not', async (h) => {
    const exchange = h.open()
    const free = await exchange.checkKey((await h.sim.account()).credentials)
    expect(free.permissions?.ip_restricted).toBe(false)
    expect(free.warnings.join(' ')).toMatch(/address/)
    const bound = await h.sim.account({ permissions: ['read', 'trade', 'ip_restrict'] })
    expect(await exchange.checkKey(bound.credentials)).toMatchObject({
      permissions: { ip_restricted: true },
      warnings: [],
    })
  }),

  card('C07', 'a wrong secret', async (h) => {
    const { exchange, who } = await h.setUp()
    const bad = { ...who, api_secret: reversed(who.api_secret) }
    await expect(exchange.checkKey(bad)).rejects.toMatchObject({ kind: 'auth', code: 'invalid_credentials' })
  }),

  card('C08', 'a key nobody has', async (h) => {
    const { exchange, who } = await h.setUp()
    const bad = { ...who, api_key: reversed(who.api_key) }
    await expect(exchange.checkKey(bad)).rejects.toMatchObject(wrongKey)
  }),

  card('C09', 'a malformed key', async (h) => {
    const { exchange, who } = await h.setUp()
    for (const api_key of ['x', 'ключ', ' ']) {
      await expect(exchange.checkKey({ ...who, api_key }), api_key).rejects.toMatchObject(wrongKey)
    }
  }),

  offeredCard(
    'C10',
    'a wrong passphrase has its own sentence',
    ({ target }) => target.venue.needs_passphrase,
    async (h) => {
      const { exchange, who } = await h.setUp()
      const bad = { ...who, passphrase: `${who.passphrase}x` }
      await expect(exchange.checkKey(bad)).rejects.toMatchObject({
        kind: 'auth',
        message: expect.stringMatching(/passphrase/i),
      })
    },
    async (h) => {
      const { exchange, who } = await h.setUp()
      expect(who.passphrase).toBeNull()
      await expect(exchange.checkKey(who)).resolves.toBeDefined()
    },
  ),

  card('C11', 'a revoked key', async (h) => {
    const { exchange, account, who } = await h.setUp()
    await exchange.checkKey(who)
    await h.sim.revoke(account.account_id)
    await expect(exchange.checkKey(who)).rejects.toMatchObject({ kind: 'auth' })
  }),

  card('C12', 'a clock that is off: measured anew, and the key is good', async (h) => {
    const { exchange, who } = await h.setUp()
    await exchange.checkKey(who)
    for (const skew_ms of [-8_000, 45_000]) {
      await h.sim.fault('clock_skew', { skew_ms })
      expect(await exchange.checkKey(who)).toMatchObject({ permissions: { trade: true } })
      await h.sim.clearFaults()
    }
  }),

  card('C13', 'an address that is banned: until when', async (h) => {
    const { exchange, who } = await h.setUp()
    await h.sim.fault('ban_ip', { duration_ms: 600_000 })
    const error = await exchange.checkKey(who).catch((problem) => problem)
    expect(error).toMatchObject({ kind: 'rate_limit' })
    expect(error.retry_at).toBeGreaterThan(Date.now())
  }),

  card('C14', 'no error, log line or warning repeats a secret', async (h) => {
    const { exchange, who } = await h.setUp()
    const bad = { ...who, api_secret: reversed(who.api_secret) }
    const error = await exchange.checkKey(bad).catch((problem) => problem)
    const words = `${error} ${JSON.stringify(error)} ${error.stack} ${JSON.stringify(error.cause ?? null)}`
    const check = JSON.stringify(await exchange.checkKey(who))
    const secrets = [who.api_secret, bad.api_secret, who.api_key, ...(who.passphrase === null ? [] : [who.passphrase])]
    for (const secret of secrets) {
      expect(words).not.toContain(secret)
      expect(check).not.toContain(secret)
    }
  }),

  card('C15', 'a key that is bound to other addresses: its sentence names the address list', async (h) => {
    const { credentials } = await h.sim.account({ ips: ['203.0.113.9'] })
    const error = await h
      .open()
      .checkKey(credentials)
      .catch((problem) => problem)
    // Some venues answer every trouble with a key by one code.
    expect(error).toMatchObject({ kind: 'auth', code: expect.stringMatching(/^(ip_not_allowed|invalid_credentials)$/) })
    expect(error.message).toMatch(/address|IP/)
  }),
]
