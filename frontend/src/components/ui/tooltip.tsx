'use client'

import { Tooltip as BaseTooltip } from '@base-ui/react/tooltip'
import type { ReactElement, ReactNode } from 'react'

const handle = BaseTooltip.createHandle<ReactNode>()

/** One popup for every tooltip of the page: thousands of rows may each carry a trigger. Mount it once. */
export function TooltipLayer({ children }: { children: ReactNode }) {
  return (
    <BaseTooltip.Provider delay={300}>
      {children}
      <BaseTooltip.Root handle={handle}>
        {({ payload }) => (
          <BaseTooltip.Portal>
            <BaseTooltip.Positioner sideOffset={6} collisionPadding={8} className="z-50">
              <BaseTooltip.Popup className="max-w-72 rounded border border-line bg-raised px-2 py-1 text-xs text-text shadow-lg">
                {payload}
              </BaseTooltip.Popup>
            </BaseTooltip.Positioner>
          </BaseTooltip.Portal>
        )}
      </BaseTooltip.Root>
    </BaseTooltip.Provider>
  )
}

/** Shows `content` while `children`, one element, is pointed at or focused. */
export function Tooltip({ content, children }: { content: ReactNode; children: ReactElement }) {
  return <BaseTooltip.Trigger handle={handle} payload={content} render={children} />
}
