import { join } from 'node:path'
import proxyAddr from '@fastify/proxy-addr'
import { type Clock, systemClock, type Transport } from '@tradercoin/exchanges'
import type { DestinationStream } from 'pino'
import { Accounts } from './accounts/accounts.ts'
import { registerApi } from './api/api.ts'
import { isLoopback } from './api/auth.ts'
import { authenticator } from './api/authenticate.ts'
import { Cursors } from './api/cursor.ts'
import { addDemoKeys } from './api/demo-keys.ts'
import { createServer } from './api/server.ts'
import { Web } from './api/web.ts'
import { AccessTokens } from './auth/access-tokens.ts'
import { hasDemoUser, prepareDemoUser } from './auth/demo-user.ts'
import { checkMasterKey, refuseWrongMasterKey, sealListenKey, unsealCredentials } from './auth/key-secrets.ts'
import { LoginThrottle } from './auth/login-throttle.ts'
import { Passwords } from './auth/passwords.ts'
import { RefreshTokens } from './auth/refresh-tokens.ts'
import { SignIn } from './auth/sign-in.ts'
import { Vault } from './auth/vault.ts'
import { Closers } from './closers.ts'
import type { Config } from './config.ts'
import { makeDataDir } from './data-dir.ts'
import { Door } from './door.ts'
import { Exchanges } from './exchanges.ts'
import { Hub, type HubLimits } from './hub/hub.ts'
import { Upgrades } from './hub/upgrade.ts'
import { Instruments } from './instruments.ts'
import { KeyLinks } from './key-links.ts'
import { startRetention } from './ledger/retention.ts'
import { UserListeners } from './listeners.ts'
import { createLog } from './log.ts'
import { defaultEnvironment } from './market/environment.ts'
import { LastPrices } from './market/last-prices.ts'
import { MarketHub } from './market/market-hub.ts'
import { MarketReads } from './market/market-reads.ts'
import { marketSourceOf } from './market/market-sources.ts'
import type { TopicName } from './market/market-topic.ts'
import { createMetrics } from './metrics.ts'
import { countAccounts, logOfParts, observeAccounts } from './observers.ts'
import { allowedOrigins, originRule } from './origin.ts'
import { PaperExchange } from './paper.ts'
import type { Secrets } from './secrets.ts'
import { watchEndedSessions } from './session-watch.ts'
import { readFrames } from './store/events.ts'
import { readLiveSession } from './store/sessions.ts'
import { readSnapshot } from './store/snapshot.ts'
import { openStore, type Store } from './store/store.ts'
import { readUserLog } from './store/user-logs.ts'

/** What tests and benchmarks set in the place of the usual. */
export interface Overrides {
  clock?: Clock
  logDestination?: DestinationStream
  transport?: Partial<Pick<Transport, 'budget' | 'ca'>>
  hub?: Partial<HubLimits>
  /** On the routes that take a password, by address. */
  passwordRoutesPerMinute?: number
  requestsPerSecond?: number
  /** Sockets that have not signed in: of one address, and of all. */
  unauthenticatedSockets?: { perIp?: number; total?: number }
  processMetrics?: boolean
}

export interface App extends AsyncDisposable {
  /** Where it listens, by address: `http://127.0.0.1:8080`. */
  url: string
  store: Store
  hub: Hub
  accounts: Accounts
  /** Resolves when the hub can no longer work and must be started anew. */
  failed: Promise<Error>
  /** Takes nothing new, lets what runs end, closes everything. At most ten seconds. */
  close(): Promise<void>
}

/**
 * Builds the hub and starts it: the store, the check of the master key, the accounts, then the door. The only place where parts are
 * made and joined.
 * @throws StoreRefusal, WrongMasterKey, or an Error with a sentence, such as a port that is taken; nothing is left open then
 */
export async function createApp(config: Config, secrets: Secrets, overrides: Overrides = {}): Promise<App> {
  const closers = new Closers()
  try {
    return await build(config, secrets, overrides, closers)
  } catch (error) {
    await closers.close()
    throw error
  }
}

async function build(config: Config, secrets: Secrets, overrides: Overrides, closers: Closers): Promise<App> {
  const clock = overrides.clock ?? systemClock
  const now = () => clock.now()
  const startedAt = now()
  const log = createLog(config, overrides.logDestination)
  const metrics = createMetrics(overrides.processMetrics ?? true)
  let reportFailure = (_error: Error) => {}
  const failed = new Promise<Error>((resolve) => {
    reportFailure = resolve
  })

  // Whatever can refuse comes first: opening the store takes it away from a hub that has it.
  const door = await Door.listen(config)
  closers.add(() => door.close())
  makeDataDir(config.dataDir)
  const path = join(config.dataDir, 'tradercoin.db')
  const vault = new Vault(secrets.encryptionKey)
  refuseWrongMasterKey(path, vault)
  const paper = config.paper.mode === 'child' ? await startPaper(config, config.paper, clock, log, closers) : null
  const paperUrl = config.paper.mode === 'url' ? config.paper.url : (paper?.url ?? null)

  const store = await openStore({ path, mode: 'owner', clock, onFailure: reportFailure })
  closers.add(() => store.close())
  const { db, writer } = store

  await checkMasterKey(store, vault)
  const passwords = new Passwords()
  await prepareDemoUser(store, passwords, config)

  const exchanges = new Exchanges(config.liveUrls, paperUrl, {
    clock,
    budget: 'on',
    ca: null,
    ...overrides.transport,
    log: logOfParts(log),
    onBudget: (exchange, ratio) => metrics.rateLimitUsed.set({ exchange }, ratio),
  })
  closers.add(() => exchanges.close())

  const sourceFor = (topic: TopicName) => marketSourceOf(exchanges, topic)
  const market = new MarketHub({ clock, sourceFor, onFailure: (err) => log.error({ err }, 'market_failed') })
  closers.add(() => market.close())

  const lastPrices = new LastPrices({ clock, market, sourceFor })
  const accounts = new Accounts({
    clock,
    writer,
    db,
    unseal: (row) => unsealCredentials(vault, row),
    sealListenKey: (row, listenKey) => sealListenKey(vault, row, listenKey),
    lastPrice: (name) => lastPrices.of(name),
    observer: observeAccounts(metrics),
    log: logOfParts(log),
    exchangeFor: (exchange, trading_mode, environment, region) =>
      exchanges.get({ exchange, trading_mode, environment, region }),
  })
  closers.add(() => accounts.close(3_000))
  const links = new KeyLinks(db, accounts)

  const accessTokens = new AccessTokens(secrets.jwtSecret, now)
  const listeners = new UserListeners()
  const hub = new Hub({
    clock,
    log,
    metrics,
    verifyToken: (token) => accessTokens.verify(token),
    readSession: (sessionId, userId) => readLiveSession(db, sessionId, userId, now()),
    readLog: (user_id) => readUserLog(db, { user_id }),
    readFrames: (user_id, after, limit) => readFrames(db, { user_id }, after, limit),
    readSnapshot: (user_id) => readSnapshot(db, { user_id }),
    keyStatuses: (userId) => links.of(userId),
    keyPulse: (userId) => links.pulse(userId),
    market,
    marketEnvironment: (user_id, venue) => defaultEnvironment(db, { user_id }, venue, paperUrl !== null),
    limits: { heartbeatMs: null, signInsPerTwoSeconds: 40, ...overrides.hub },
  })
  writer.onCommitted((events, { transaction_ms }) => {
    metrics.commit.observe(transaction_ms / 1000)
    hub.publish(events)
    for (const userId of new Set(events.map(({ user_id }) => user_id))) listeners.call(userId)
  })
  accounts.onKeyStatus((userId, status) => hub.publishKeyStatus(userId, status))
  const onSessionEnded = (userId: number, sessionId: number) => {
    hub.closeSession(userId, sessionId)
    listeners.call(userId)
  }

  let isClosing = false
  const isAllowedOrigin = originRule(allowedOrigins(config.publicUrl ?? door.url, config.corsOrigins))
  const web = new Web(config.webRoot, config.publicUrl ? allowedOrigins(config.publicUrl, []) : [])
  const app = await createServer({
    server: door.server,
    log,
    now,
    trustProxy: config.trustProxy,
    isAllowedOrigin,
    isHttps: config.publicUrl?.startsWith('https:') ?? false,
    notFoundPage: (reply) => web.sendNotFoundPage(reply),
  })
  closers.add(async () => {
    door.shut()
    await app.close()
    door.server.closeAllConnections()
  })
  const signIn = new SignIn({
    store,
    clock,
    log,
    passwords,
    throttle: new LoginThrottle(clock),
    accessTokens,
    refreshTokens: new RefreshTokens(secrets.jwtSecret),
    registration: config.registration,
    onSessionEnded,
  })
  await registerApi(app, {
    store,
    now,
    signIn,
    authenticate: authenticator(store, accessTokens, now),
    passwordRoutesPerMinute: overrides.passwordRoutesPerMinute ?? 20,
    requestsPerSecond: overrides.requestsPerSecond ?? 50,
    listeners,
    isOpen: ({ session_id, user }) => !isClosing && readLiveSession(db, session_id, user.id, now()) !== undefined,
    vault,
    exchanges,
    clock,
    accounts,
    links,
    paperUrl,
    cursors: new Cursors(secrets.jwtSecret),
    instruments: new Instruments(exchanges, log),
    marketReads: new MarketReads({ clock, market, sourceFor }),
    startedAt,
    metrics,
    refreshMetrics: () => countAccounts(metrics, accounts),
    metricsToken: secrets.metricsToken,
    unreadyReasons: () => [
      ...(isClosing ? ['The hub is stopping.'] : []),
      ...(writer.trouble === null ? [] : ['The database takes no changes; the log says why.']),
    ],
  })
  await web.register(app)

  const trust = proxyAddr.compile(config.trustProxy)
  const perIp = (ip: string) => overrides.unauthenticatedSockets?.perIp ?? (isLoopback(ip) ? 2_000 : 20)
  await app.ready()
  const upgrades = new Upgrades(door.server, {
    hub,
    isAllowedOrigin,
    clientIp: (request) => proxyAddr(request, trust),
    unauthenticated: { perIp, total: overrides.unauthenticatedSockets?.total ?? 2_000 },
  })
  closers.add(() => hub.shutDown(2_000))

  if (paperUrl !== null && hasDemoUser(config)) await addDemoKeys({ store, vault, exchanges, clock }, paperUrl, log)
  accounts.startAll()
  door.open((request, response) => app.routing(request, response))
  closers.add(startRetention(writer, clock))
  closers.add(watchEndedSessions(db, clock, onSessionEnded))
  log.info({ host: config.host, port: door.port, paper: config.paper.mode }, 'hub_started')

  closers.add(() => {
    isClosing = true
    upgrades.stop()
    listeners.callAll()
  })
  const close = () => closers.close()
  return { url: door.url, store, hub, accounts, failed, close, [Symbol.asyncDispose]: close }
}

async function startPaper(
  config: Config,
  { port, seed }: Extract<Config['paper'], { mode: 'child' }>,
  clock: Clock,
  log: ReturnType<typeof createLog>,
  closers: Closers,
): Promise<PaperExchange> {
  const paper = new PaperExchange({ port, seed, dataDir: join(config.dataDir, 'paper'), clock, log })
  closers.add(() => paper.stop())
  await paper.start()
  return paper
}
