import type { LucideIcon } from 'lucide-react'
import type { ReactNode } from 'react'

interface EmptyProps {
  icon: LucideIcon
  title: string
  text?: string
  /** The next step. */
  children?: ReactNode
}

/** Says that there is nothing, and what to do about it. */
export function Empty({ icon: Icon, title, text, children }: EmptyProps) {
  return (
    <div className="flex flex-col items-center justify-center gap-2 px-4 py-12 text-center" data-testid="empty">
      <Icon aria-hidden className="size-8 text-muted" strokeWidth={1.5} />
      <p className="text-sm font-medium">{title}</p>
      {text && <p className="max-w-sm text-muted">{text}</p>}
      {children && <div className="mt-2 flex flex-wrap justify-center gap-2">{children}</div>}
    </div>
  )
}
