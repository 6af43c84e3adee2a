import { type RefObject, useLayoutEffect, useRef } from 'react'

/**
 * Keeps what is being read in its place when rows arrive above it: away from the top, the page scrolls along by as much as was put in.
 * At the top new rows slide in.
 */
export function useScrollAnchor(scroller: RefObject<HTMLElement | null>, ids: readonly number[], rowHeight: number) {
  const before = useRef<readonly number[]>([])
  useLayoutEffect(() => {
    const element = scroller.current
    const previous = before.current
    before.current = ids
    if (!element || element.scrollTop < 1 || previous === ids) return
    const anchor = previous[Math.floor(element.scrollTop / rowHeight)]
    if (anchor === undefined) return
    const moved = ids.indexOf(anchor) - previous.indexOf(anchor)
    if (moved !== 0 && ids.includes(anchor)) element.scrollTop += moved * rowHeight
  }, [ids, rowHeight, scroller])
}
