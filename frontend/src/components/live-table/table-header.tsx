import type { RowData, Table } from '@tanstack/react-table'
import { ArrowDown, ArrowUp } from 'lucide-react'
import { cn } from '#lib/cn.ts'
import type { Features } from './columns.tsx'

const ariaSort = { asc: 'ascending', desc: 'descending' } as const

interface TableHeaderProps<Item extends RowData> {
  table: Pick<Table<Features, Item>, 'getHeaderGroups'>
  isSortable: boolean
}

/** The names of the columns; pressing one sorts by it, then the other way, then not at all. */
export function TableHeader<Item extends RowData>({ table, isSortable }: TableHeaderProps<Item>) {
  return (
    <div role="rowgroup" className="sticky top-0 z-10">
      {table.getHeaderGroups().map((group) => (
        <div
          key={group.id}
          role="row"
          aria-rowindex={1}
          className="grid h-7 border-b border-line bg-background [grid-template-columns:var(--columns)]"
        >
          {group.headers.map(({ id, column }) => {
            const { meta, header } = column.columnDef
            const sorted = column.getIsSorted()
            const canSort = isSortable && column.getCanSort()
            const Arrow = sorted === 'asc' ? ArrowUp : ArrowDown
            return (
              <div
                key={id}
                role="columnheader"
                aria-sort={canSort ? (sorted ? ariaSort[sorted] : 'none') : undefined}
                className={cn(
                  'flex min-w-0 items-center px-2 text-2xs text-muted',
                  meta?.align === 'end' && 'justify-end',
                  meta?.isPinned && 'sticky right-0 border-l border-line bg-background',
                )}
              >
                {canSort ? (
                  <button
                    type="button"
                    onClick={column.getToggleSortingHandler()}
                    className={cn(
                      'inline-flex h-6 min-w-0 items-center gap-0.5 rounded-sm hover:text-text',
                      sorted && 'text-text',
                    )}
                    data-testid={`sort-${column.id}`}
                  >
                    <span className="truncate">{String(header)}</span>
                    {sorted && <Arrow aria-hidden className="size-3 shrink-0 text-accent" />}
                  </button>
                ) : (
                  <span className="truncate">{String(header)}</span>
                )}
              </div>
            )
          })}
        </div>
      ))}
    </div>
  )
}
