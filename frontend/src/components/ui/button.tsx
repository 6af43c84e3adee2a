import { Button as BaseButton } from '@base-ui/react/button'
import { cva, type VariantProps } from 'class-variance-authority'
import type { ComponentProps } from 'react'
import { cn } from '#lib/cn.ts'

export const buttonVariants = cva(
  'inline-flex shrink-0 items-center justify-center gap-1.5 rounded font-medium whitespace-nowrap select-none transition-colors data-disabled:cursor-not-allowed data-disabled:opacity-55 [&_svg]:size-4 [&_svg]:shrink-0',
  {
    variants: {
      variant: {
        primary: 'bg-accent-solid text-on-accent hover:brightness-110',
        secondary: 'border border-line bg-raised text-text hover:border-line-strong',
        ghost: 'text-muted hover:bg-raised hover:text-text data-popup-open:bg-raised data-popup-open:text-text',
        buy: 'bg-buy-solid text-on-trade hover:brightness-110',
        sell: 'bg-sell-solid text-on-trade hover:brightness-110',
        danger: 'border border-sell/60 text-sell hover:bg-sell/10',
      },
      size: {
        xs: 'h-6 min-w-6 gap-1 px-1.5 text-2xs [&_svg]:size-3.5',
        sm: 'h-7 min-w-7 px-2 text-xs',
        md: 'h-8 min-w-8 px-3',
        lg: 'h-10 px-4 text-sm',
        icon: 'size-8',
      },
    },
    defaultVariants: { variant: 'secondary', size: 'md' },
  },
)

type ButtonProps = Omit<ComponentProps<typeof BaseButton>, 'className'> &
  VariantProps<typeof buttonVariants> & { className?: string | undefined }

export function Button({ variant, size, className, ...props }: ButtonProps) {
  return <BaseButton className={cn(buttonVariants({ variant, size }), className)} {...props} />
}
