import { FlexRender, type Row, type RowData } from '@tanstack/react-table'
import { type KeyboardEvent, memo, type ReactNode, useRef } from 'react'
import { cn } from '#lib/cn.ts'
import type { Features } from './columns.tsx'
import { useFlash } from './use-flash.ts'

export interface RowAttributes {
  'data-testid'?: string
  [name: `data-${string}`]: string | number | undefined
}

interface LiveRowProps<Item extends RowData> {
  row: Row<Features, Item>
  item: Item
  /** Changes when the columns or the words in the cells do. */
  look: string
  index: number
  top: number
  height: number
  isCurrent: boolean
  isSelected: boolean
  changedAt: number
  attributes: RowAttributes
  /** Shown instead of the cells on a narrow page. */
  card: ((item: Item) => ReactNode) | null
  onOpen: ((item: Item) => void) | null
  onFocusRow: (index: number) => void
  onKey: (event: KeyboardEvent<HTMLElement>, index: number) => void
}

function LiveRowView<Item extends RowData & object>(props: LiveRowProps<Item>) {
  const { row, item, index, top, height, card, onOpen } = props
  const ref = useRef<HTMLSpanElement>(null)
  useFlash(ref, item, props.changedAt)
  return (
    <div
      role="row"
      aria-rowindex={index + 2}
      aria-selected={onOpen ? props.isSelected : undefined}
      tabIndex={props.isCurrent ? 0 : -1}
      data-index={index}
      {...props.attributes}
      style={{ transform: `translateY(${top}px)`, height }}
      className={cn(
        'absolute top-0 left-0 w-full border-b border-line bg-surface outline-none hover:bg-hover focus-visible:z-1 focus-visible:outline-2 focus-visible:-outline-offset-2 focus-visible:outline-accent',
        !card && 'grid text-xs [grid-template-columns:var(--columns)]',
        props.isSelected && 'bg-raised hover:bg-raised',
        onOpen && 'cursor-pointer',
      )}
      onClick={() => onOpen?.(item)}
      onFocus={() => props.onFocusRow(index)}
      onKeyDown={(event) => props.onKey(event, index)}
    >
      {card ? (
        <div role="cell" className="h-full">
          {card(item)}
        </div>
      ) : (
        row.getVisibleCells().map((cell) => {
          const meta = cell.column.columnDef.meta
          return (
            <div
              key={cell.id}
              role="cell"
              data-column={cell.column.id}
              className={cn(
                'flex min-w-0 items-center overflow-hidden px-2 whitespace-nowrap',
                meta?.align === 'end' && 'justify-end text-right',
                meta?.isPinned && 'sticky right-0 border-l border-line bg-inherit',
              )}
            >
              <FlexRender cell={cell} />
            </div>
          )
        })
      )}
      <span ref={ref} aria-hidden className="pointer-events-none absolute inset-0 bg-flash opacity-0" />
    </div>
  )
}

/** A row is drawn again only when something it shows has changed. */
export const LiveRow = memo(
  LiveRowView,
  (a, b) =>
    a.item === b.item &&
    a.look === b.look &&
    a.top === b.top &&
    a.height === b.height &&
    a.index === b.index &&
    a.isCurrent === b.isCurrent &&
    a.isSelected === b.isSelected &&
    a.changedAt === b.changedAt &&
    a.card === b.card &&
    a.onOpen === b.onOpen &&
    a.onKey === b.onKey,
) as typeof LiveRowView
