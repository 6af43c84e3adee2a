import type { ReactNode } from 'react'
import { SessionGate } from '#features/auth/session-gate.tsx'
import { Shell } from '#features/shell/shell.tsx'

export default function HubLayout({ children }: { children: ReactNode }) {
  return (
    <SessionGate>
      <Shell>{children}</Shell>
    </SessionGate>
  )
}
