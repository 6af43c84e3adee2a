import { ConfigError } from '../config.ts'
import { parentGone } from '../parent.ts'
import { serve } from '../serve.ts'
import { StoreRefusal } from '../store/errors.ts'
import { type CliIo, UsageError } from './io.ts'
import { migrateStore } from './migrate.ts'
import { addUser, disableUser, grantAdmin } from './users.ts'
import { watch } from './watch.ts'

/* The operator's command line: npm run tradercoin -- <command>. */

const usage = `usage: tradercoin <command>

  serve                   run the hub
  migrate                 bring the database up to date
  user add <email>        add a user; the password is asked for, or read from standard input
  user disable <email>    end all sessions of a user and refuse new ones
  admin grant <email>     make a user an administrator
  watch [--help]          live order updates in the terminal
`

const notBuilt: ReadonlySet<string> = new Set(['keys rotate', 'backup', 'restore', 'doctor', 'verify-audit'])

type Command = (args: string[], io: CliIo) => Promise<number>

const commands: Record<string, Command> = {
  serve: (_args, { env }) => serve(env),
  migrate: (_args, io) => migrateStore(io),
  watch,
  'user add': addUser,
  'user disable': disableUser,
  'admin grant': grantAdmin,
}

async function run(args: string[], io: CliIo): Promise<number> {
  for (const words of [1, 2]) {
    const name = args.slice(0, words).join(' ')
    const command = commands[name]
    if (command) return command(args.slice(words), io)
    if (notBuilt.has(name)) throw new UsageError(`${name} is not built yet.`)
  }
  if (args.length > 0 && args[0] !== 'help' && args[0] !== '--help') throw new UsageError(usage)
  io.stdout.write(usage)
  return 0
}

const stop = new AbortController()
const { stdin, stdout, stderr, env } = process
if (process.argv[2] !== 'serve') {
  for (const name of ['SIGINT', 'SIGTERM'] as const) process.on(name, () => stop.abort())
  const parent = /^\d+$/.exec(env.TRADERCOIN_PARENT_PID ?? '')?.[0]
  void parentGone(parent ? Number(parent) : null).then(() => stop.abort()) // not money: a process id
}

process.exitCode = await run(process.argv.slice(2), { stdin, stdout, stderr, env, signal: stop.signal }).catch(
  (error) => {
    stderr.write(`${error instanceof Error ? error.message : String(error)}\n`)
    const isWrongCall = error instanceof UsageError || error instanceof ConfigError || error instanceof StoreRefusal
    return isWrongCall ? 2 : 1
  },
)
process.exit()
