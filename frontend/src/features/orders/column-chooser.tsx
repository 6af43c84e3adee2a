'use client'

import type { Order } from '@tradercoin/protocol'
import { Columns3 } from 'lucide-react'
import { useTranslations } from 'use-intl'
import type { LiveColumn } from '#components/live-table/columns.tsx'
import { Button } from '#components/ui/button.tsx'
import { Checkbox } from '#components/ui/checkbox.tsx'
import { Popover } from '#components/ui/popover.tsx'
import { setPreferences, usePreferences } from '#lib/preferences.ts'

/** Which columns to show; kept in this browser. */
export function ColumnChooser({ columns }: { columns: readonly LiveColumn<Order>[] }) {
  const t = useTranslations('orders')
  const { hiddenColumns } = usePreferences()
  return (
    <Popover
      title={t('chooseColumns')}
      trigger={
        <Button
          size="sm"
          variant="ghost"
          className="max-md:hidden"
          aria-label={t('chooseColumns')}
          title={t('chooseColumns')}
          data-testid="column-chooser"
        >
          <Columns3 aria-hidden />
        </Button>
      }
    >
      <div className="grid grid-cols-2 gap-x-6 gap-y-1">
        {columns
          .filter(({ isPinned }) => !isPinned)
          .map(({ id, header }) => (
            <Checkbox
              key={id}
              checked={!hiddenColumns.includes(id)}
              onCheckedChange={(isShown) =>
                setPreferences({
                  hiddenColumns: isShown ? hiddenColumns.filter((other) => other !== id) : [...hiddenColumns, id],
                })
              }
            >
              {header}
            </Checkbox>
          ))}
      </div>
      <Button size="sm" variant="ghost" className="mt-2" onClick={() => setPreferences({ hiddenColumns: [] })}>
        {t('showAll')}
      </Button>
    </Popover>
  )
}
