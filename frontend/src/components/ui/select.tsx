import { ChevronDown } from 'lucide-react'
import type { ComponentProps } from 'react'
import { cn } from '#lib/cn.ts'
import { inputClass } from './input.tsx'

/** The browser's own select: it is the one that works on every phone and with every screen reader. */
export function Select({ className, children, ...props }: ComponentProps<'select'>) {
  return (
    <span className={cn('relative inline-flex', className)}>
      <select className={cn(inputClass, 'appearance-none pr-7')} {...props}>
        {children}
      </select>
      <ChevronDown
        aria-hidden
        className="pointer-events-none absolute top-1/2 right-2 size-3.5 -translate-y-1/2 text-muted"
      />
    </span>
  )
}
