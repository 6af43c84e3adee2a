import type { ComponentProps } from 'react'
import { cn } from '#lib/cn.ts'

export const inputClass =
  'h-8 w-full min-w-0 rounded border border-field bg-background px-2.5 text-text placeholder:text-muted hover:border-line-strong focus-visible:border-accent focus-visible:outline-1 focus-visible:outline-offset-0 disabled:opacity-55 aria-invalid:border-sell'

export function Input({ className, ...props }: ComponentProps<'input'>) {
  return <input className={cn(inputClass, className)} {...props} />
}
