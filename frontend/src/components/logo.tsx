import { cn } from '#lib/cn.ts'

/** The mark and the name. */
export function Logo({ className }: { className?: string }) {
  return (
    <span
      className={cn('inline-flex items-center gap-2 text-[15px] font-semibold tracking-tight text-text', className)}
    >
      <svg viewBox="0 0 24 24" aria-hidden className="size-6">
        <rect width="24" height="24" rx="6" className="fill-accent-solid" />
        <path
          d="M5 15.5 9.2 11l3.1 2.8L19 7.2"
          fill="none"
          strokeWidth="2.4"
          strokeLinecap="round"
          strokeLinejoin="round"
          className="stroke-on-accent"
        />
        <circle cx="19" cy="7.2" r="2" className="fill-on-accent" />
      </svg>
      TraderCoin
    </span>
  )
}
