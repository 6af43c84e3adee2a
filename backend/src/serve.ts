import { type App, createApp } from './app.ts'
import { ConfigError, readConfig } from './config.ts'
import { createLog } from './log.ts'
import { parentGone } from './parent.ts'
import { takeSecrets } from './secrets.ts'

const stopWithinMs = 9_000

/**
 * Runs the hub until a signal, its parent's end or a failure stops it.
 * @returns the exit code: 0 after a signal, 1 when it could not start or had to stop
 */
export async function serve(env: NodeJS.ProcessEnv): Promise<number> {
  const stopped = stopSignal()
  let app: App
  let parentPid: number | null
  try {
    const { config, warnings } = readConfig(env)
    const secrets = takeSecrets(env, config.production, config.dataDir)
    const log = createLog(config)
    for (const text of warnings) log.warn({ text }, 'config_warning')
    parentPid = config.parentPid
    app = await createApp(config, secrets)
    // The start command waits for this before it prints the address: an answer on the port could be another program's.
    process.send?.({ ready: app.url })
  } catch (error) {
    tell(error)
    return 1
  }
  const cause = await Promise.race([stopped, app.failed, parentGone(parentPid)])
  if (cause instanceof Error) tell(cause)
  setTimeout(() => process.exit(1), stopWithinMs).unref()
  await app.close()
  return cause instanceof Error ? 1 : 0
}

function stopSignal(): Promise<string> {
  return new Promise((resolve) => {
    for (const signal of ['SIGTERM', 'SIGINT', 'SIGHUP'] as const) process.on(signal, () => resolve(signal))
  })
}

/** Why the hub does not run: as a log line, and as a sentence for the person who reads it. */
function tell(error: unknown): void {
  const sentences =
    error instanceof ConfigError ? error.problems : [error instanceof Error ? error.message : String(error)]
  const log = createLog({ logLevel: 'fatal', nodeName: 'hub' })
  for (const problem of sentences) {
    log.fatal({ problem }, 'hub_stopped')
    process.stderr.write(`${problem}\n`)
  }
}
