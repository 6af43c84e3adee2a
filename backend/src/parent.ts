/** Resolves when the process that started this one is gone, which sends no signal when it was killed. Null: there is none to watch. */
export function parentGone(pid: number | null): Promise<string> {
  return new Promise((resolve) => {
    if (pid === null) return
    const look = setInterval(() => {
      if (isRunning(pid)) return
      clearInterval(look)
      resolve('parent gone')
    }, 1_000)
    look.unref()
  })
}

function isRunning(pid: number): boolean {
  try {
    process.kill(pid, 0)
    return true
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM'
  }
}
