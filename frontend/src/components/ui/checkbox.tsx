import { Checkbox as BaseCheckbox } from '@base-ui/react/checkbox'
import { Check } from 'lucide-react'
import type { ReactNode } from 'react'

interface CheckboxProps {
  checked: boolean
  onCheckedChange: (checked: boolean) => void
  children: ReactNode
  'data-testid'?: string
}

/** A box with its words; both can be pressed. */
export function Checkbox({ checked, onCheckedChange, children, ...props }: CheckboxProps) {
  return (
    // biome-ignore lint/a11y/noLabelWithoutControl: the control is the checkbox inside, which renders its input
    <label className="inline-flex min-h-6 cursor-pointer items-center gap-2 text-xs text-text">
      <BaseCheckbox.Root
        checked={checked}
        onCheckedChange={onCheckedChange}
        className="flex size-4 items-center justify-center rounded-sm border border-line-strong bg-background data-checked:border-accent-solid data-checked:bg-accent-solid"
        {...props}
      >
        <BaseCheckbox.Indicator className="text-on-accent">
          <Check aria-hidden className="size-3.5" strokeWidth={3} />
        </BaseCheckbox.Indicator>
      </BaseCheckbox.Root>
      {children}
    </label>
  )
}
