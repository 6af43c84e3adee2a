import { CircleAlert } from 'lucide-react'
import type { ReactNode } from 'react'
import { cn } from '#lib/cn.ts'

interface AlertProps {
  tone?: 'bad' | 'warn'
  children: ReactNode
  className?: string
  'data-testid'?: string
}

/** Something that went wrong, said where it happened and read out at once. */
export function Alert({ tone = 'bad', children, className, ...props }: AlertProps) {
  return (
    <div
      role="alert"
      className={cn(
        'flex gap-2 rounded border px-2.5 py-2 text-xs',
        tone === 'bad' ? 'border-sell/50 bg-sell/8' : 'border-warn/50 bg-warn/8',
        className,
      )}
      {...props}
    >
      <CircleAlert aria-hidden className={cn('mt-0.5 size-4 shrink-0', tone === 'bad' ? 'text-sell' : 'text-warn')} />
      <div className="min-w-0 break-words">{children}</div>
    </div>
  )
}
