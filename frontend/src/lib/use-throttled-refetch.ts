import { useEffect, useRef } from 'react'

/**
 * Reads again after `version` has changed, never twice at a time and no more than once per `restMs`. A change during a read is read
 * after it, so the last answer always knows the last change.
 */
export function useThrottledRefetch(version: number, refetch: () => Promise<unknown>, restMs: number) {
  const state = useRef({ read: version, wanted: version, isBusy: false, isGone: false, refetch })
  useEffect(() => {
    const mine = state.current
    mine.refetch = refetch
    mine.wanted = version

    async function pump() {
      if (mine.isBusy || mine.isGone || mine.read === mine.wanted) return
      mine.isBusy = true
      mine.read = mine.wanted
      await mine.refetch()
      await new Promise((resolve) => setTimeout(resolve, restMs))
      mine.isBusy = false
      void pump()
    }
    void pump()
  }, [version, refetch, restMs])
  useEffect(() => {
    const mine = state.current
    mine.isGone = false
    return () => {
      mine.isGone = true
    }
  }, [])
}
