import { type PointerEvent, useCallback, useEffect, useMemo, useRef, useState } from 'react'

/** While the pointer moves over the rows, and this long after, no row changes its place. */
export const holdMs = 500

/**
 * Keeps the order of rows as it was while someone is about to click one. What a row says still changes; a row that has left the list
 * stays until the hold ends, and new ones wait.
 *
 * @param find the newest item of an id, also when it is no longer among `items`
 */
export function useSteadyRows<Item>(
  items: readonly Item[],
  idOf: (item: Item) => number,
  find: (id: number) => Item | undefined,
) {
  const [heldIds, setHeldIds] = useState<readonly number[] | null>(null)
  const timer = useRef<ReturnType<typeof setTimeout> | null>(null)
  const shown = useMemo(
    () => (heldIds === null ? items : holdRows(items, heldIds, idOf, find)),
    [items, heldIds, idOf, find],
  )
  const shownRef = useRef(shown)
  useEffect(() => {
    shownRef.current = shown
  }, [shown])

  const release = useCallback(() => {
    if (timer.current !== null) clearTimeout(timer.current)
    timer.current = null
    setHeldIds(null)
  }, [])
  useEffect(() => release, [release])

  const onPointerMove = useCallback(
    (event: PointerEvent) => {
      if (event.pointerType !== 'mouse') return
      if (timer.current === null) setHeldIds(shownRef.current.map(idOf))
      else clearTimeout(timer.current)
      timer.current = setTimeout(release, holdMs)
    },
    [idOf, release],
  )
  return { shown, isHeld: heldIds !== null, onPointerMove, release }
}

/** The rows of `heldIds` in that order, each as new as it is known. */
export function holdRows<Item>(
  items: readonly Item[],
  heldIds: readonly number[],
  idOf: (item: Item) => number,
  find: (id: number) => Item | undefined,
): Item[] {
  const byId = new Map(items.map((item) => [idOf(item), item]))
  return heldIds.map((id) => byId.get(id) ?? find(id)).filter((item): item is Item => item !== undefined)
}
