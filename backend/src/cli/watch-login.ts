import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { createInterface } from 'node:readline/promises'
import { PassThrough, type Readable, type Writable } from 'node:stream'
import { z } from 'zod'

export interface Login {
  email: string
  password: string
}

export interface Terminal {
  stdin: Readable & { isTTY?: boolean }
  stderr: Writable
  /** Ends a question that nobody answers. */
  signal: AbortSignal
}

const loginSchema = z.object({ email: z.string(), password: z.string() })

/**
 * Who to log in as: what was given, else the demo user of this DATA_DIR, else the person at the terminal is asked. Null when there is
 * nobody to ask.
 */
export async function findLogin(given: Partial<Login>, dataDir: string, terminal: Terminal): Promise<Login | null> {
  if (given.email && given.password) return { email: given.email, password: given.password }
  const demo = await readDemoLogin(dataDir)
  if (demo && (given.email ?? demo.email) === demo.email) return demo
  if (!terminal.stdin.isTTY) return null
  const email = given.email ?? (await ask(terminal, 'Email: ', 'shown'))
  return { email, password: given.password ?? (await ask(terminal, 'Password: ', 'hidden')) }
}

/** The hub writes it beside its database when it has a demo user. */
async function readDemoLogin(dataDir: string): Promise<Login | null> {
  try {
    return loginSchema.parse(JSON.parse(await readFile(join(dataDir, 'demo-login.json'), 'utf8')))
  } catch {
    return null
  }
}

export async function ask(
  { stdin, stderr, signal }: Terminal,
  question: string,
  answer: 'shown' | 'hidden',
): Promise<string> {
  stderr.write(question)
  // A terminal echoes through readline's output: nowhere, for a password.
  const output = answer === 'shown' ? stderr : new PassThrough().resume()
  const reader = createInterface({ input: stdin, output, terminal: true })
  try {
    return (await reader.question('', { signal })).trim()
  } finally {
    reader.close()
    if (answer === 'hidden') stderr.write('\n')
  }
}
