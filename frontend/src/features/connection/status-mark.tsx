import { cn } from '#lib/cn.ts'

type Mark = 'connected' | 'connecting' | 'disconnected'

/** A green circle, a yellow pulsing triangle, a red cross: told apart without colour. */
export function StatusMark({ state, className }: { state: Mark; className?: string }) {
  return (
    <svg
      viewBox="0 0 12 12"
      aria-hidden
      className={cn(
        'size-3 shrink-0',
        state === 'connected' && 'fill-buy',
        state === 'connecting' && 'pulse-state fill-warn',
        state === 'disconnected' && 'stroke-sell',
        className,
      )}
    >
      {state === 'connected' && <circle cx="6" cy="6" r="4.5" />}
      {state === 'connecting' && <path d="M6 .8 11.6 11H.4Z" />}
      {state === 'disconnected' && <path d="m2 2 8 8m0-8-8 8" strokeWidth="2.4" strokeLinecap="round" fill="none" />}
    </svg>
  )
}
