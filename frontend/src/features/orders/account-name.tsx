'use client'

import { useKeys } from '#features/keys/data.ts'
import { useKeyName } from '#features/keys/key-name.ts'

/** What the person calls the account of an exchange key; its number when the key is gone. */
export function AccountName({ keyId }: { keyId: number }) {
  const { keys } = useKeys()
  const name = useKeyName()
  const key = keys.find(({ id }) => id === keyId)
  const text = key ? name(key) : `#${keyId}`
  return (
    <span className="truncate" title={text}>
      {text}
    </span>
  )
}
