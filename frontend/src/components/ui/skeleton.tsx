import { cn } from '#lib/cn.ts'

/** The place of something that is still loading. It appears after 200 ms, so that a quick answer does not flicker. */
export function Skeleton({ className }: { className?: string }) {
  return <div aria-hidden className={cn('skeleton rounded bg-raised', className)} />
}
