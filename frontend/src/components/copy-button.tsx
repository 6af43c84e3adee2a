'use client'

import { Check, Copy } from 'lucide-react'
import { useEffect, useState } from 'react'
import { Button } from './ui/button.tsx'

/** Copies `text` as it is, and says so for a moment. */
export function CopyButton({ text, label, copiedLabel }: { text: string; label: string; copiedLabel: string }) {
  const [copied, setCopied] = useState(false)
  useEffect(() => {
    if (!copied) return
    const timer = setTimeout(() => setCopied(false), 1500)
    return () => clearTimeout(timer)
  }, [copied])
  const copy = async () => {
    try {
      await navigator.clipboard.writeText(text)
      setCopied(true)
    } catch {
      // Without leave to use the clipboard the text is still there to be selected.
    }
  }
  return (
    <Button
      variant="ghost"
      size="xs"
      aria-label={copied ? copiedLabel : label}
      title={copied ? copiedLabel : label}
      onClick={(event) => {
        event.stopPropagation()
        void copy()
      }}
    >
      {copied ? <Check aria-hidden className="text-buy" /> : <Copy aria-hidden />}
    </Button>
  )
}
