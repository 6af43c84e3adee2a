/** Calls back soon, once, and can be called off. */
export type Schedule = (run: () => void) => () => void

/**
 * Collects what arrives and hands it over in one go per frame, in order. A hundred events between two frames cost one
 * render; none waits longer than the schedule.
 */
export function createFrameQueue<Item>(apply: (items: Item[]) => void, schedule: Schedule) {
  let waiting: Item[] = []
  let callOff: (() => void) | null = null

  function flush() {
    callOff?.()
    callOff = null
    const items = waiting
    waiting = []
    if (items.length > 0) apply(items)
  }

  return {
    push(item: Item) {
      waiting.push(item)
      callOff ??= schedule(flush)
    },
    flush,
    /** Forgets what waits. */
    clear() {
      callOff?.()
      callOff = null
      waiting = []
    },
  }
}

/** The next frame; a hidden tab has no frames, so a timer takes over there and the title stays right. */
export const nextFrame: Schedule = (run) => {
  const frame = requestAnimationFrame(run)
  const timer = setTimeout(run, 250)
  return () => {
    cancelAnimationFrame(frame)
    clearTimeout(timer)
  }
}
