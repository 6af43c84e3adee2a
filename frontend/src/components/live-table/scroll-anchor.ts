import { type RefObject, useLayoutEffect, useRef } from 'react'

/**
 * Keeps what is being read in its place when rows arrive above it: away from the top, the page scrolls along by as much as was put in.
 * At the top new rows slide in.
 */
export function useScrollAnchor(
  scroller: RefObject<HTMLElement | null>,
  ids: readonly number[],
  rowHeight: number,
  /** As the last scroll event told: asking the element would make the browser lay the page out in mid-frame. */
  scrollTop: number,
) {
  const before = useRef<readonly number[]>([])
  useLayoutEffect(() => {
    const element = scroller.current
    const previous = before.current
    before.current = ids
    if (!element || scrollTop < 1 || previous === ids) return
    const place = Math.floor(scrollTop / rowHeight)
    const anchor = previous[place]
    if (anchor === undefined || ids[place] === anchor) return
    const now = ids.indexOf(anchor)
    if (now >= 0) element.scrollTop += (now - place) * rowHeight
  }, [ids, rowHeight, scroller, scrollTop])
}
