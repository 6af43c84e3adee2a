import { cva, type VariantProps } from 'class-variance-authority'
import type { ComponentProps } from 'react'
import { cn } from '#lib/cn.ts'

const badgeVariants = cva(
  'inline-flex h-[18px] shrink-0 items-center gap-1 rounded-sm border px-1 text-2xs font-medium whitespace-nowrap [&_svg]:size-3',
  {
    variants: {
      tone: {
        neutral: 'border-line bg-raised text-muted',
        info: 'border-info/40 text-info',
        good: 'border-buy/40 text-buy',
        bad: 'border-sell/40 text-sell',
        warn: 'border-warn/40 text-warn',
      },
    },
    defaultVariants: { tone: 'neutral' },
  },
)

export type Tone = NonNullable<VariantProps<typeof badgeVariants>['tone']>

export function Badge({ tone, className, ...props }: ComponentProps<'span'> & { tone?: Tone }) {
  return <span className={cn(badgeVariants({ tone }), className)} {...props} />
}
