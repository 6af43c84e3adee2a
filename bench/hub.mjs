import { createApp } from '../backend/dist/app.js'
import { AccessTokens } from '../backend/dist/auth/access-tokens.js'
import { sealCredentials } from '../backend/dist/auth/key-secrets.js'
import { Vault } from '../backend/dist/auth/vault.js'
import { readConfig } from '../backend/dist/config.js'
import { takeSecrets } from '../backend/dist/secrets.js'

/* The hub as it is built, with its users and keys put straight into the database: nobody hashes 9,900 passwords. */

const { config } = readConfig(process.env)
const secrets = takeSecrets(process.env, config.production, config.dataDir)
let app
let latencies = []
let frames = 0

async function start({ ca }) {
  app = await createApp(config, secrets, {
    transport: { budget: 'off', ca },
    unauthenticatedSockets: { perIp: 20_000, total: 20_000 },
  })
  // Each event's time from its frame being read to its write to the tab, in whole milliseconds of one clock.
  const observe = app.hub.observeDelivery.bind(app.hub)
  app.hub.observeDelivery = (events) => {
    const now = Date.now()
    for (const { received_at } of events) latencies.push(now - received_at)
    frames += events.length
    observe(events)
  }
  process.send({ url: app.url })
}

/** @returns one access token a user */
async function addUsers(accounts) {
  const { writer } = app.store
  const vault = new Vault(secrets.encryptionKey)
  const tokens = new AccessTokens(secrets.jwtSecret, Date.now)
  const add = async ({ api_key, api_secret }, index) => {
    const user = await writer.run('createUser', {
      email: `user${index}@bench.example`,
      password_hash: 'no login with this one',
      role: 'user',
      actor: 'bench',
      ip: null,
    })
    const session_id = 1_000_000 + index
    const session = { id: session_id, user_id: user.id, refresh_hash: `bench ${index}`, user_agent: null, ip: null }
    await writer.run('openSession', session)
    const id = await writer.run('reserveKeyId', {})
    const place = { id, user_id: user.id, exchange: 'binance' }
    await writer.run('addKey', {
      ...place,
      trading_mode: 'spot',
      environment: 'paper',
      region: null,
      label: null,
      account_uid: `bench ${index}`,
      account_scope: `bench ${index}`,
      api_key_last4: api_key.slice(-4),
      permissions: null,
      warnings: [],
      ip: null,
      ...sealCredentials(vault, place, { api_key, api_secret, passphrase: null }),
    })
    return tokens.sign(user.id, session_id)
  }
  const all = []
  for (let at = 0; at < accounts.length; at += 200) {
    all.push(...(await Promise.all(accounts.slice(at, at + 200).map((account, i) => add(account, at + i)))))
  }
  return all
}

process.on('message', async (message) => {
  if (message.do === 'start') await start(message)
  else if (message.do === 'users') process.send({ tokens: await addUsers(message.accounts) })
  else if (message.do === 'keys') app.accounts.startAll()
  else if (message.do === 'states') process.send({ states: app.accounts.count() })
  else if (message.do === 'measure') {
    globalThis.gc()
    process.send({ rss: process.memoryUsage.rss(), cpu: process.cpuUsage(), frames, latencies })
    latencies = []
    frames = 0
  } else if (message.do === 'stop') {
    await app.close()
    process.exit(0)
  }
})
