import { useSearchParams } from 'next/navigation'
import { useCallback, useMemo } from 'react'
import type { Sorting } from '#components/live-table/live-table.tsx'
import { usePreferences } from '#lib/preferences.ts'
import { type Filters, noFilters, rangeStart, readFilters, readView, type View, writeFilters } from './filters.ts'
import { readSorting } from './rows.ts'

/** What the page shows, as it stands in the address, and the ways to change it. */
export function useView() {
  const search = useSearchParams()
  const text = search.toString()
  const { zone } = usePreferences()
  const state = useMemo(() => {
    const current = new URLSearchParams(text)
    const id = current.get('id') ?? ''
    return {
      view: readView(current),
      filters: readFilters(current),
      sorting: readSorting(current.get('sort')),
      openId: /^[1-9]\d{0,14}$/.test(id) ? Number(id) : null, // not money: an order id
    }
  }, [text])
  const { range } = state.filters
  // A range begins when it is chosen, not anew with each render.
  const from = useMemo(() => rangeStart(range, Date.now(), zone), [range, zone])

  const go = useCallback((change: (next: URLSearchParams) => URLSearchParams, how: 'push' | 'replace') => {
    const next = change(new URLSearchParams(window.location.search)).toString()
    const address = window.location.pathname + (next && `?${next}`)
    if (how === 'push') window.history.pushState(null, '', address)
    else window.history.replaceState(null, '', address)
  }, [])
  return {
    ...state,
    from,
    setView: (view: View) => go((next) => withEntry(next, 'tab', view === 'orders' ? null : view), 'push'),
    setFilters: (change: Partial<Filters>) =>
      go((next) => writeFilters(next, { ...readFilters(next), ...change }), 'replace'),
    clearFilters: () => go((next) => writeFilters(next, noFilters), 'push'),
    showStatus: (status: Filters['status']) =>
      go((next) => withEntry(writeFilters(next, { ...readFilters(next), status }), 'tab', null), 'push'),
    setSorting: (sorting: Sorting | null) =>
      go((next) => withEntry(next, 'sort', sorting && (sorting.isDescending ? '-' : '') + sorting.column), 'replace'),
    open: useCallback((id: number) => go((next) => withEntry(next, 'id', String(id)), 'push'), [go]),
    close: () => go((next) => withEntry(next, 'id', null), 'push'),
  }
}

function withEntry(search: URLSearchParams, name: string, value: string | null): URLSearchParams {
  if (value) search.set(name, value)
  else search.delete(name)
  return search
}
