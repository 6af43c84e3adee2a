/** The part of a page that is used; absent in Node, where nothing sleeps. */
interface PageEvents {
  addEventListener?: (type: string, fn: () => void) => void
  removeEventListener?: (type: string, fn: () => void) => void
}
interface Page extends PageEvents {
  document?: PageEvents & { visibilityState?: string }
}

/** Calls `fn` when the page may have slept or lost its network and is back; the returned function ends that. */
export function onWakeUp(fn: () => void, page: Page = globalThis as Page): () => void {
  const { document } = page
  const onVisibility = () => {
    if (document?.visibilityState === 'visible') fn()
  }
  document?.addEventListener?.('visibilitychange', onVisibility)
  if (document) for (const type of ['online', 'pageshow']) page.addEventListener?.(type, fn)
  return () => {
    document?.removeEventListener?.('visibilitychange', onVisibility)
    if (document) for (const type of ['online', 'pageshow']) page.removeEventListener?.(type, fn)
  }
}
