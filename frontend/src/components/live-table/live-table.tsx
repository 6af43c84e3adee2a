'use client'

import { type RowData, type SortingState, useTable } from '@tanstack/react-table'
import { useVirtualizer } from '@tanstack/react-virtual'
import { type CSSProperties, type KeyboardEvent, type ReactNode, useEffect, useMemo, useRef, useState } from 'react'
import { cn } from '#lib/cn.ts'
import { defineColumns, features, type LiveColumn } from './columns.tsx'
import { LiveRow, type RowAttributes } from './live-row.tsx'
import { useScrollAnchor } from './scroll-anchor.ts'
import { useSteadyRows } from './steady-rows.ts'
import { TableHeader } from './table-header.tsx'

const rowHeight = 32

export interface Sorting {
  column: string
  isDescending: boolean
}

interface LiveTableProps<Item> {
  label: string
  /** Already filtered and sorted. */
  items: readonly Item[]
  idOf: (item: Item) => number
  /** The newest item of an id, also when it is no longer listed. */
  find?: (id: number) => Item | undefined
  columns: readonly LiveColumn<Item>[]
  hiddenColumns?: readonly string[]
  /** Null: newest first. Left out: the columns cannot be sorted. */
  sorting?: Sorting | null
  onSortingChange?: (sorting: Sorting | null) => void
  /** Anything besides the item that cells depend on, such as the language. */
  look: string
  changedAt?: (item: Item) => number
  attributesOf?: (item: Item) => RowAttributes
  selectedId?: number | null
  onOpen?: (item: Item) => void
  card?: { height: number; render: (item: Item) => ReactNode } | null
  onEndReached?: () => void
  /** How many rows have come in above, while the reader is further down. */
  newRows?: { label: (count: number) => string }
  isDimmed?: boolean
  /** Below the rows. */
  footer?: ReactNode
  /** Instead of the rows. */
  empty?: ReactNode
}

const none: readonly string[] = []
const nothing: RowAttributes = {}

/** A table of live rows: only those in view exist, none moves under the pointer, and reading further down is not disturbed. */
export function LiveTable<Item extends RowData & object>(props: LiveTableProps<Item>) {
  const { items, idOf, columns, card = null, hiddenColumns = none, sorting, onEndReached } = props
  const height = card?.height ?? rowHeight
  const scroller = useRef<HTMLDivElement>(null)
  const [current, setCurrent] = useState(0)
  const [topId, setTopId] = useState<number | null>(null)
  const steady = useSteadyRows(items, idOf, props.find ?? findNone)
  const { shown } = steady
  const ids = useMemo(() => shown.map(idOf), [shown, idOf])

  const virtualizer = useVirtualizer({
    count: shown.length,
    getScrollElement: () => scroller.current,
    estimateSize: () => height,
    getItemKey: (index) => ids[index] ?? index,
    overscan: 8,
  })
  useScrollAnchor(scroller, ids, height, virtualizer.scrollOffset ?? 0)
  // biome-ignore lint/correctness/useExhaustiveDependencies: the heights are measured anew when they change
  useEffect(() => virtualizer.measure(), [height])
  const virtualRows = virtualizer.getVirtualItems()
  const first = virtualRows[0]?.index ?? 0
  const last = virtualRows.at(-1)?.index ?? -1
  const inView = useMemo(() => shown.slice(first, last + 1), [shown, first, last])

  const table = useTable({
    features,
    columns: useMemo(() => defineColumns(columns), [columns]),
    data: inView,
    getRowId: (item) => String(idOf(item)),
    manualSorting: true,
    enableMultiSort: false,
    state: {
      sorting: useMemo<SortingState>(
        () => (sorting ? [{ id: sorting.column, desc: sorting.isDescending }] : []),
        [sorting],
      ),
      columnVisibility: useMemo(() => Object.fromEntries(hiddenColumns.map((id) => [id, false])), [hiddenColumns]),
    },
    onSortingChange: (update) => {
      const before: SortingState = sorting ? [{ id: sorting.column, desc: sorting.isDescending }] : []
      const [next] = typeof update === 'function' ? update(before) : update
      props.onSortingChange?.(next ? { column: next.id, isDescending: next.desc } : null)
    },
  })
  const visible = table.getVisibleLeafColumns().map(({ columnDef }) => columnDef.meta?.width ?? 100)
  const layout = {
    '--columns': visible.map((width) => `minmax(${width}px, ${width}fr)`).join(' '),
    minWidth: card ? undefined : visible.reduce((sum, width) => sum + width, 0),
  } as CSSProperties
  const look = `${props.look}|${hiddenColumns.join()}`

  useEffect(() => {
    if (shown.length > 0 && last >= shown.length - 20) onEndReached?.()
  }, [last, shown.length, onEndReached])

  const newCount =
    topId === null || sorting
      ? 0
      : Math.max(
          0,
          items.findIndex((item) => idOf(item) === topId),
        )

  function onScroll() {
    const isAtTop = (scroller.current?.scrollTop ?? 0) < 1
    if (isAtTop) setTopId(null)
    else if (topId === null) setTopId(ids[0] ?? null)
  }

  function focusRow(index: number) {
    const target = Math.min(Math.max(index, 0), shown.length - 1)
    setCurrent(target)
    virtualizer.scrollToIndex(target)
    // The row may only exist after the scroll has been drawn.
    requestAnimationFrame(() => {
      scroller.current?.querySelector<HTMLElement>(`[data-index="${target}"]`)?.focus({ preventScroll: true })
    })
  }

  function onKey(event: KeyboardEvent<HTMLElement>, index: number) {
    if (event.target !== event.currentTarget) return
    const page = Math.max(1, Math.floor((scroller.current?.clientHeight ?? 0) / height) - 1)
    const targets: Record<string, number> = {
      ArrowDown: index + 1,
      ArrowUp: index - 1,
      PageDown: index + page,
      PageUp: index - page,
      Home: 0,
      End: shown.length - 1,
    }
    const target = targets[event.key]
    const item = shown[index]
    if (target !== undefined) focusRow(target)
    else if (event.key === 'Enter' && item && props.onOpen) props.onOpen(item)
    else return
    event.preventDefault()
  }
  const keyHandler = useLatest(onKey)

  const currentIndex = current >= first && current <= last ? current : first
  return (
    <div className="relative flex min-h-0 flex-1 flex-col">
      {newCount > 0 && (
        <button
          type="button"
          data-testid="new-rows"
          className="absolute top-9 left-1/2 z-20 -translate-x-1/2 rounded-full bg-accent-solid px-3 py-1 text-xs font-medium text-on-accent shadow-lg"
          onClick={() => {
            steady.release()
            scroller.current?.scrollTo({ top: 0 })
          }}
        >
          ↑ {props.newRows?.label(newCount)}
        </button>
      )}
      <div
        ref={scroller}
        onScroll={onScroll}
        className={cn('min-h-0 flex-1 overflow-auto overscroll-contain', props.isDimmed && 'opacity-90 saturate-[.2]')}
        data-testid="table-scroller"
      >
        <div role="table" aria-label={props.label} aria-rowcount={shown.length + 1} style={layout}>
          {!card && <TableHeader table={table} isSortable={sorting !== undefined} />}
          {shown.length > 0 && (
            <div
              role="rowgroup"
              className="relative"
              style={{ height: virtualizer.getTotalSize() }}
              onPointerMove={steady.onPointerMove}
            >
              {table.getRowModel().rows.map((row, offset) => {
                const virtual = virtualRows[offset]
                const item = row.original
                if (!virtual) return null
                return (
                  <LiveRow
                    key={row.id}
                    row={row}
                    item={item}
                    look={look}
                    index={virtual.index}
                    top={virtual.start}
                    height={height}
                    isCurrent={virtual.index === currentIndex}
                    isSelected={props.selectedId === idOf(item)}
                    changedAt={props.changedAt?.(item) ?? 0}
                    attributes={props.attributesOf?.(item) ?? nothing}
                    card={card?.render ?? null}
                    onOpen={props.onOpen ?? null}
                    onFocusRow={setCurrent}
                    onKey={keyHandler}
                  />
                )
              })}
            </div>
          )}
        </div>
        {shown.length === 0 && props.empty}
        {props.footer}
      </div>
    </div>
  )
}

const findNone = () => undefined

/** A function that stays the same and always does what the newest render says. */
function useLatest<Args extends unknown[]>(fn: (...args: Args) => void): (...args: Args) => void {
  const latest = useRef(fn)
  useEffect(() => {
    latest.current = fn
  })
  return useRef((...args: Args) => latest.current(...args)).current
}
