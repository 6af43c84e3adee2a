#!/usr/bin/env node
import { readOptions } from './cli.ts'
import { type Simulator, startSimulator } from './index.ts'

const USAGE =
  'usage: simulator [--port 9100] [--host 127.0.0.1] [--seed N] [--data DIR] [--limits real|off] [--bot on|off]'

async function main(): Promise<void> {
  const options = readOptions(process.argv.slice(2))
  if (typeof options === 'string') {
    process.stderr.write(`${options}\n${USAGE}\n`)
    process.exitCode = 1
    return
  }
  let simulator: Simulator | undefined
  let stopping = false
  const stop = () => {
    if (stopping) return
    stopping = true
    // Whatever hangs, the process is gone after two seconds.
    setTimeout(() => process.exit(0), 2000).unref()
    Promise.resolve(simulator?.close()).then(() => process.exit(0))
  }
  // Before the address is told: whoever reads it may end the process at once.
  process.on('SIGTERM', stop)
  process.on('SIGINT', stop)
  watchParent(stop)
  simulator = await startSimulator({ ...options, log: (message) => process.stderr.write(`${message}\n`) })
  process.stdout.write(`paper exchange listening on ${simulator.url}\n`)
}

/** Ends with the process named in TRADERCOIN_PARENT_PID, so that a killed start script leaves nothing behind. */
function watchParent(stop: () => void): void {
  const pid = Number(process.env.TRADERCOIN_PARENT_PID)
  if (!Number.isInteger(pid) || pid <= 0) return
  setInterval(() => {
    try {
      process.kill(pid, 0)
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === 'ESRCH') stop()
    }
  }, 1000).unref()
}

main().catch((error: NodeJS.ErrnoException) => {
  const reason =
    error.code === 'EADDRINUSE'
      ? 'the port is already in use; choose another with --port'
      : (error.message ?? String(error))
  process.stderr.write(`the paper exchange could not start: ${reason}\n`)
  process.exitCode = 1
})
