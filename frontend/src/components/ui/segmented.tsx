import { Radio } from '@base-ui/react/radio'
import { RadioGroup } from '@base-ui/react/radio-group'
import type { ReactNode } from 'react'
import { cn } from '#lib/cn.ts'

interface SegmentedProps<Value extends string> {
  label: string
  value: Value
  onValueChange: (value: Value) => void
  options: readonly { value: Value; label: ReactNode; activeClass?: string; testId?: string }[]
  className?: string
}

/** One choice of a few, side by side. */
export function Segmented<Value extends string>(props: SegmentedProps<Value>) {
  const { label, value, onValueChange, options, className } = props
  return (
    <RadioGroup
      aria-label={label}
      value={value}
      onValueChange={(next) => onValueChange(next as Value)}
      className={cn('flex rounded border border-line bg-background p-0.5', className)}
    >
      {options.map((option) => (
        <Radio.Root
          key={option.value}
          value={option.value}
          data-testid={option.testId}
          className={cn(
            'flex h-7 flex-1 cursor-pointer items-center justify-center gap-1 rounded-sm px-2 text-xs font-medium text-muted select-none hover:text-text data-checked:bg-raised data-checked:text-text',
            value === option.value && option.activeClass,
          )}
        >
          {option.label}
        </Radio.Root>
      ))}
    </RadioGroup>
  )
}
