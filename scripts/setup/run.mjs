import { spawn } from 'node:child_process'
import { createWriteStream, mkdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { root } from './root.mjs'

/** Ends the command with one plain sentence on what failed and how to mend it. */
export function fail(sentence, code = 1) {
  process.stderr.write(`\n✗ ${sentence}\n`)
  process.exit(code)
}

/** Runs a program to its end with its output shown. Resolves to the exit code. */
export function runShown(command, args, options = {}) {
  return new Promise((resolve, reject) => {
    const child = spawn(command, args, { cwd: root, stdio: 'inherit', ...options })
    child.once('error', reject)
    child.once('exit', (code, signal) => resolve(signal ? 1 : (code ?? 1)))
  })
}

/**
 * Runs one step of the set-up with a line of progress; its output goes to a file and is shown only when the step fails.
 * Ends the process when it fails, with `mend` as the advice.
 */
export async function step(title, command, args, { mend, env, cwd = root } = {}) {
  mkdirSync(join(root, '.cache'), { recursive: true })
  const logFile = join(root, '.cache', `${title.replace(/[^a-z0-9]+/gi, '-').toLowerCase()}.log`)
  const log = createWriteStream(logFile)
  const startedAt = Date.now()
  const seconds = () => `${Math.round((Date.now() - startedAt) / 1000)} s`
  const live = process.stdout.isTTY
  process.stdout.write(`· ${title} …${live ? '' : '\n'}`)
  const ticker = setInterval(() => live && process.stdout.write(`\r· ${title} … ${seconds()}`), 1000)
  const code = await new Promise((resolve) => {
    const child = spawn(command, args, { cwd, env: { ...process.env, ...env }, stdio: ['ignore', 'pipe', 'pipe'] })
    child.stdout.pipe(log, { end: false })
    child.stderr.pipe(log, { end: false })
    child.once('error', (error) => {
      log.write(String(error))
      resolve(1)
    })
    child.once('close', (exitCode) => resolve(exitCode ?? 1))
  })
  clearInterval(ticker)
  await new Promise((resolve) => log.end(resolve))
  process.stdout.write(`${live ? '\r' : ''}${code === 0 ? '✓' : '✗'} ${title} (${seconds()})\n`)
  if (code === 0) return
  process.stderr.write(readFileSync(logFile, 'utf8').split('\n').slice(-40).join('\n'))
  fail(`${title} failed (exit ${code}); the whole output is in ${logFile}. ${mend}`)
}
