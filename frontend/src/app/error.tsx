'use client'

import { Crashed } from '#features/shell/crashed.tsx'

export default function ErrorPage({ reset }: { reset: () => void }) {
  return <Crashed onRetry={reset} />
}
