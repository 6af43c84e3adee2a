import { Menu as BaseMenu } from '@base-ui/react/menu'
import { Check } from 'lucide-react'
import type { ReactElement, ReactNode } from 'react'

const itemClass =
  'flex min-h-8 cursor-pointer items-center gap-2 rounded px-2 outline-none select-none data-highlighted:bg-raised data-disabled:opacity-55 [&_svg]:size-4'

interface MenuProps {
  trigger: ReactElement
  children: ReactNode
  'data-testid'?: string
}

/** A list of actions or choices under a button. */
export function Menu({ trigger, children, ...props }: MenuProps) {
  return (
    <BaseMenu.Root>
      <BaseMenu.Trigger render={trigger} />
      <BaseMenu.Portal>
        <BaseMenu.Positioner sideOffset={6} align="end" collisionPadding={8} className="z-50">
          <BaseMenu.Popup
            className="min-w-44 rounded-lg border border-line bg-surface p-1 shadow-xl outline-none transition-opacity duration-100 data-ending-style:opacity-0 data-starting-style:opacity-0"
            {...props}
          >
            {children}
          </BaseMenu.Popup>
        </BaseMenu.Positioner>
      </BaseMenu.Portal>
    </BaseMenu.Root>
  )
}

interface MenuItemProps {
  onClick: () => void
  children: ReactNode
  'data-testid'?: string
}

export function MenuItem(props: MenuItemProps) {
  return <BaseMenu.Item className={itemClass} {...props} />
}

interface MenuChoiceProps<Value extends string> {
  label: string
  value: Value
  onValueChange: (value: Value) => void
  options: readonly { value: Value; label: ReactNode }[]
}

/** A group of which one is chosen. */
export function MenuChoice<Value extends string>({ label, value, onValueChange, options }: MenuChoiceProps<Value>) {
  return (
    <BaseMenu.RadioGroup value={value} onValueChange={(next) => onValueChange(next as Value)}>
      <BaseMenu.GroupLabel className="px-2 py-1 text-2xs text-muted">{label}</BaseMenu.GroupLabel>
      {options.map((option) => (
        <BaseMenu.RadioItem key={option.value} value={option.value} className={itemClass} closeOnClick>
          <span className="flex-1">{option.label}</span>
          <BaseMenu.RadioItemIndicator>
            <Check aria-hidden className="text-accent" />
          </BaseMenu.RadioItemIndicator>
        </BaseMenu.RadioItem>
      ))}
    </BaseMenu.RadioGroup>
  )
}

export function MenuSeparator() {
  return <BaseMenu.Separator className="my-1 h-px bg-line" />
}
