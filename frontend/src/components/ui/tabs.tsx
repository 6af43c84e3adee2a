import { Tabs as BaseTabs } from '@base-ui/react/tabs'
import type { ReactNode } from 'react'

interface TabsProps<Value extends string> {
  label: string
  value: Value
  onValueChange: (value: Value) => void
  tabs: readonly { value: Value; label: string; count: string | null }[]
  /** The panel of the chosen tab. */
  children: ReactNode
}

/** Tabs with counters; only the chosen panel exists. */
export function Tabs<Value extends string>({ label, value, onValueChange, tabs, children }: TabsProps<Value>) {
  return (
    <BaseTabs.Root
      value={value}
      onValueChange={(next) => onValueChange(next as Value)}
      className="flex min-h-0 flex-1 flex-col"
    >
      <BaseTabs.List
        aria-label={label}
        className="flex shrink-0 gap-1 overflow-x-auto border-b border-line px-2 [scrollbar-width:none]"
      >
        {tabs.map((tab) => (
          <BaseTabs.Tab
            key={tab.value}
            value={tab.value}
            data-testid={`tab-${tab.value}`}
            className="-mb-px flex h-9 shrink-0 cursor-pointer items-center gap-1.5 border-b-2 border-transparent px-2 font-medium whitespace-nowrap text-muted select-none hover:text-text data-active:border-accent-solid data-active:text-text"
          >
            {tab.label}
            {tab.count !== null && (
              <span className="rounded bg-raised px-1 text-2xs text-muted" data-testid={`tab-${tab.value}-count`}>
                {tab.count}
              </span>
            )}
          </BaseTabs.Tab>
        ))}
      </BaseTabs.List>
      <BaseTabs.Panel value={value} className="flex min-h-0 flex-1 flex-col outline-none">
        {children}
      </BaseTabs.Panel>
    </BaseTabs.Root>
  )
}
