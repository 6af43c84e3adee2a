import { type RefObject, useEffect } from 'react'

/** No more than two flashes a second, well below what can harm (three). */
const restMs = 500
const flashed = new WeakSet<object>()
const lastFlash = new WeakMap<HTMLElement, number>()

/**
 * Lights a layer over a row up once for each change. `changedAt` is when the item changed (ms), 0 when it came with the page: a row that merely
 * scrolls into view does not flash.
 */
export function useFlash(ref: RefObject<HTMLElement | null>, item: object, changedAt: number) {
  useEffect(() => {
    const element = ref.current
    const now = Date.now()
    if (!element || flashed.has(item) || now - changedAt > 1_000) return
    flashed.add(item)
    if (now - (lastFlash.get(element) ?? 0) < restMs) return
    if (window.matchMedia('(prefers-reduced-motion: reduce)').matches) return
    lastFlash.set(element, now)
    // Opacity alone: the browser fades it without drawing the row anew.
    element.animate([{ opacity: 1 }, { opacity: 0 }], { duration: 700, easing: 'ease-out' })
  }, [ref, item, changedAt])
}
