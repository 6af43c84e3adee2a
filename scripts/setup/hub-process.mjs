import { spawn } from 'node:child_process'
import { join } from 'node:path'
import { root } from './root.mjs'

/** Keeps a child in step with this command: forwards signals, ends with it, and ends it when npm, our parent, is gone. */
export function superviseChild(args, { env = {}, onExit, onMessage }) {
  const child = spawn(process.execPath, args, {
    cwd: root,
    stdio: onMessage ? ['inherit', 'inherit', 'inherit', 'ipc'] : 'inherit',
    // glibc else keeps a heap for each thread: about 6 MB that nobody uses.
    env: { MALLOC_ARENA_MAX: '2', ...process.env, ...env, TRADERCOIN_PARENT_PID: String(process.pid) },
  })
  if (onMessage) child.on('message', onMessage)
  let stopping = false
  const stop = () => {
    if (stopping) return
    stopping = true
    child.kill('SIGTERM')
    setTimeout(() => child.kill('SIGKILL'), 9_500).unref()
  }
  for (const signal of ['SIGTERM', 'SIGINT', 'SIGHUP']) process.on(signal, stop)
  const parent = process.ppid
  const watch = setInterval(() => process.ppid !== parent && stop(), 500)
  child.once('error', (error) => onExit(1, error.message, stopping))
  child.once('exit', (code, signal) => {
    clearInterval(watch)
    onExit(code ?? 1, signal ?? `exit ${code}`, stopping)
  })
  return { child, stop }
}

/** The hub as it runs in production: a small young generation costs nothing and saves about 2 KB a user. */
export const hubArgs = ['--max-semi-space-size=2', '--enable-source-maps', join(root, 'backend/dist/main.js')]
