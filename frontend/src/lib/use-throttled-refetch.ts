import { useEffect, useRef } from 'react'

/**
 * Reads again after `subscribe` has told of a change, never twice at a time and no more than once per `restMs`. A change during a
 * read is read after it, so the last answer always knows the last change. Nothing re-renders but for the answer.
 *
 * @param versionOf what changes when there is something new to read
 */
export function useThrottledRefetch(
  subscribe: (listener: () => void) => () => void,
  versionOf: () => number,
  refetch: () => Promise<unknown>,
  restMs: number,
) {
  const latest = useRef({ versionOf, refetch })
  useEffect(() => {
    latest.current = { versionOf, refetch }
  })
  useEffect(() => {
    let seen = latest.current.versionOf()
    let isBusy = false
    let isGone = false
    async function pump() {
      while (!isGone && latest.current.versionOf() !== seen) {
        seen = latest.current.versionOf()
        await latest.current.refetch()
        await new Promise((resolve) => setTimeout(resolve, restMs))
      }
    }
    const stop = subscribe(() => {
      if (isBusy) return
      isBusy = true
      void pump().finally(() => {
        isBusy = false
      })
    })
    return () => {
      isGone = true
      stop()
    }
  }, [subscribe, restMs])
}
