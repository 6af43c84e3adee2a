/** A set of handlers that do not disturb each other. */
export interface Listeners<Args extends unknown[]> {
  /** Adds a handler; the returned function removes it. Adding one twice gives two subscriptions. */
  add(handler: (...args: Args) => void): () => void
  /** Calls every handler that was there when it began; one that throws is reported and the others go on. */
  emit(...args: Args): void
  size(): number
}

export function createListeners<Args extends unknown[]>(onThrow: (error: unknown) => void): Listeners<Args> {
  const entries = new Set<{ handler: (...args: Args) => void }>()
  return {
    add(handler) {
      const entry = { handler }
      entries.add(entry)
      return () => {
        entries.delete(entry)
      }
    },
    emit(...args) {
      for (const entry of [...entries]) {
        if (!entries.has(entry)) continue
        try {
          entry.handler(...args)
        } catch (error) {
          onThrow(error)
        }
      }
    },
    size: () => entries.size,
  }
}
