import type { PlaceOrderAnswer, PlaceOrderBody } from '@tradercoin/protocol'
import { useRef, useState } from 'react'
import { client } from '#lib/client.ts'
import { isOutcomeOpen } from './ticket-order.ts'

export type Submission =
  | { state: 'idle' }
  | { state: 'sending' }
  | { state: 'accepted'; answer: PlaceOrderAnswer }
  /** `isOpen`: it may have arrived; pressing again repeats it under the same key. */
  | { state: 'failed'; error: unknown; isOpen: boolean }

/**
 * Sends orders. Each order has its own idempotency key; only when the outcome of the last one is open and the same order is sent
 * again is that key used again.
 */
export function useSubmission() {
  const [submission, setSubmission] = useState<Submission>({ state: 'idle' })
  const open = useRef<{ body: string; key: string } | null>(null)
  const isSending = useRef(false)

  async function submit(body: PlaceOrderBody) {
    if (isSending.current) return
    isSending.current = true
    const text = JSON.stringify(body)
    const key = open.current?.body === text ? open.current.key : newKey()
    open.current = { body: text, key }
    setSubmission({ state: 'sending' })
    try {
      const answer = await client.rest.orders.place(body, { idempotencyKey: key })
      open.current = null
      setSubmission({ state: 'accepted', answer })
    } catch (error) {
      const isOpen = isOutcomeOpen(error)
      if (!isOpen) open.current = null
      setSubmission({ state: 'failed', error, isOpen })
    } finally {
      isSending.current = false
    }
  }
  return { submission, submit }
}

/** Not `randomUUID`: browsers offer that on secure pages only. */
function newKey(): string {
  return Array.from(crypto.getRandomValues(new Uint8Array(16)), (byte) => byte.toString(16).padStart(2, '0')).join('')
}
