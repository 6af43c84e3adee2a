import {
  type ColumnDef,
  columnVisibilityFeature,
  type RowData,
  rowSortingFeature,
  tableFeatures,
} from '@tanstack/react-table'
import type { ComponentType } from 'react'

/** A column of a live table: words, width, and a component for its cells. */
export interface LiveColumn<Item> {
  id: string
  header: string
  /** Least width in pixels; what room is left over is shared in proportion. */
  width: number
  align?: 'end'
  /** Stays at the right edge, is always shown and cannot be sorted by. */
  isPinned?: boolean
  cell: ComponentType<{ item: Item }>
}

interface ColumnMeta {
  width: number
  align: 'start' | 'end'
  isPinned: boolean
}

/** Rows come sorted and only as many as are in view; the table keeps the columns: which, in which order, sorted by which. */
export const features = tableFeatures({ columnVisibilityFeature, rowSortingFeature, columnMeta: {} as ColumnMeta })
export type Features = typeof features

export function defineColumns<Item extends RowData>(columns: readonly LiveColumn<Item>[]): ColumnDef<Features, Item>[] {
  return columns.map(({ id, header, width, align, isPinned = false, cell: Cell }): ColumnDef<Features, Item> => {
    const meta: ColumnMeta = { width, align: align ?? 'start', isPinned }
    return {
      id,
      header,
      accessorFn: (item: Item) => item,
      enableSorting: !isPinned,
      enableHiding: !isPinned,
      sortDescFirst: true,
      meta,
      cell: ({ row }) => <Cell item={row.original} />,
    }
  })
}
