import { registerBodySchema } from '@tradercoin/protocol'
import { Passwords } from '../auth/passwords.ts'
import { type CliIo, firstLine, oneArgument, UsageError } from './io.ts'
import { withStore } from './store.ts'
import { ask } from './watch-login.ts'

const actor = 'cli'

/** `tradercoin user add <email>`. @throws UsageError, JobError `email_taken` */
export async function addUser(args: readonly string[], io: CliIo): Promise<number> {
  const email = oneArgument(args, 'an e-mail address')
  const password = io.stdin.isTTY
    ? await ask(io, 'Password (12 characters or more): ', 'hidden')
    : await firstLine(io.stdin)
  const checked = registerBodySchema.safeParse({ email, password })
  if (!checked.success) {
    throw new UsageError(checked.error.issues.map(({ path, message }) => `${path.join('.')}: ${message}`).join('\n'))
  }
  const password_hash = await new Passwords().hash(password)
  const user = await withStore(io, ({ writer }) =>
    writer.run('createUser', { email, password_hash, role: 'user', actor, ip: null }),
  )
  io.stdout.write(`User ${user.email} was added.\n`)
  return 0
}

/** `tradercoin user disable <email>`: a running hub closes the user's tabs within two seconds. @throws JobError `not_found` */
export async function disableUser(args: readonly string[], io: CliIo): Promise<number> {
  const email = oneArgument(args, 'an e-mail address')
  const ended = await withStore(io, ({ writer }) => writer.run('disableUser', { email, actor }), false)
  io.stdout.write(`User ${email} was disabled; ${ended.length} sessions ended.\n`)
  return 0
}

/** `tradercoin admin grant <email>`. @throws JobError `not_found` */
export async function grantAdmin(args: readonly string[], io: CliIo): Promise<number> {
  const email = oneArgument(args, 'an e-mail address')
  await withStore(io, ({ writer }) => writer.run('grantAdmin', { email, actor }), false)
  io.stdout.write(`User ${email} is an administrator now.\n`)
  return 0
}
