'use client'

import type { ConnectionState } from '@tradercoin/client'
import type { AccountState } from '@tradercoin/protocol'
import { useCallback, useRef, useSyncExternalStore } from 'react'
import { client } from '#lib/client.ts'
import { nextFrame } from '#lib/frame-queue.ts'
import { useNow } from '#lib/use-now.ts'
import { createLiveStore } from './live-store.ts'
import { type Status, statusOf } from './status.ts'

/** The one live state of this tab. */
export const live = createLiveStore(nextFrame)

client.onEvent((event) => live.feed(event))
client.onSnapshot((data) => live.feed({ type: 'snapshot', data }))

let downSince = 0
let wasConnected = false
client.onState(({ status }) => {
  if (wasConnected && status !== 'connected') downSince = Date.now()
  wasConnected = status === 'connected'
})

/** Opens this tab's socket; the returned function closes it. What is known stays: the next one resumes from there. */
export function startLive(): () => void {
  downSince = Date.now()
  client.connect()
  return () => client.disconnect()
}

/** Re-renders when that part of the account has changed; the version is what memos depend on. */
export function useLiveVersion(part: keyof AccountState['versions']): number {
  const version = useCallback(() => live.version(part), [part])
  return useSyncExternalStore(live.subscribe, version, version)
}

/**
 * A value computed from that part of the account; re-renders only when the value itself has changed. It must be a primitive, and
 * `compute` must not depend on anything else.
 */
export function useLiveValue<Value extends string | number | boolean>(
  part: keyof AccountState['versions'],
  compute: (account: AccountState) => Value,
): Value {
  const cache = useRef<{ version: number; value: Value } | null>(null)
  const read = () => {
    const version = live.version(part)
    if (cache.current?.version !== version) cache.current = { version, value: compute(live.account) }
    return cache.current.value
  }
  return useSyncExternalStore(live.subscribe, read, read)
}

export function useLink(): ConnectionState {
  return useSyncExternalStore(
    (listener) => client.onState(listener),
    () => client.state,
    () => client.state,
  )
}

export function useStatus(): Status {
  const link = useLink()
  const now = useNow()
  return statusOf(link, downSince, now)
}
