import { Drawer } from '@base-ui/react/drawer'
import { X } from 'lucide-react'
import type { ReactNode } from 'react'
import { cn } from '#lib/cn.ts'
import { buttonVariants } from './button.tsx'

interface SheetProps {
  open: boolean
  onOpenChange: (open: boolean) => void
  /** From the right edge (beside the page on a wide screen), or from the bottom. */
  side: 'right' | 'bottom'
  title: ReactNode
  closeLabel: string
  children: ReactNode
  'data-testid'?: string
}

const popupClass = {
  right:
    'ml-auto h-full w-full max-w-xl border-l data-ending-style:translate-x-full data-starting-style:translate-x-full [transform:translateX(var(--drawer-swipe-movement-x))]',
  bottom:
    'mt-auto max-h-[92dvh] w-full rounded-t-xl border-t data-ending-style:translate-y-full data-starting-style:translate-y-full [transform:translateY(var(--drawer-swipe-movement-y))]',
} as const

/** A panel that slides over an edge of the page and can be swiped away. */
export function Sheet({ open, onOpenChange, side, title, closeLabel, children, ...props }: SheetProps) {
  return (
    <Drawer.Root open={open} onOpenChange={onOpenChange} swipeDirection={side === 'right' ? 'right' : 'down'}>
      <Drawer.Portal>
        <Drawer.Backdrop className="fixed inset-0 z-40 bg-black/50 transition-opacity duration-200 data-ending-style:opacity-0 data-starting-style:opacity-0" />
        <Drawer.Viewport className="fixed inset-0 z-50 flex">
          <Drawer.Popup
            className={cn(
              'flex flex-col overflow-hidden border-line bg-surface shadow-2xl transition-transform duration-200 ease-out data-swiping:duration-0',
              popupClass[side],
            )}
            {...props}
          >
            <header className="flex shrink-0 items-center justify-between gap-2 border-b border-line py-2 pr-2 pl-4">
              <Drawer.Title className="min-w-0 text-sm font-semibold">{title}</Drawer.Title>
              <Drawer.Close aria-label={closeLabel} className={buttonVariants({ variant: 'ghost', size: 'icon' })}>
                <X aria-hidden />
              </Drawer.Close>
            </header>
            <Drawer.Content className="min-h-0 flex-1 overflow-y-auto overscroll-contain p-4">
              {children}
            </Drawer.Content>
          </Drawer.Popup>
        </Drawer.Viewport>
      </Drawer.Portal>
    </Drawer.Root>
  )
}
