'use client'

import { KeyRound, Plus } from 'lucide-react'
import { useEffect, useState } from 'react'
import { useTranslations } from 'use-intl'
import { Empty } from '#components/empty.tsx'
import { Problem } from '#components/problem.tsx'
import { Button } from '#components/ui/button.tsx'
import { Sheet } from '#components/ui/sheet.tsx'
import { Skeleton } from '#components/ui/skeleton.tsx'
import { AddKeyForm } from './add-key-form.tsx'
import { useKeys } from './data.ts'
import { KeyList } from './key-list.tsx'
import { PaperButtons } from './paper-buttons.tsx'

export function KeysPage() {
  const t = useTranslations()
  const { keys, isPending, error, refetch } = useKeys()
  const [isAdding, setIsAdding] = useState(false)
  useEffect(() => {
    document.title = `${t('keys.title')} · TraderCoin`
  }, [t])

  return (
    <div className="flex-1 overflow-y-auto">
      <div className="mx-auto flex w-full max-w-5xl flex-col gap-4 p-4 sm:p-6">
        <div className="flex flex-wrap items-start justify-between gap-3">
          <div>
            <h1 className="text-lg font-semibold">{t('keys.title')}</h1>
            <p className="text-muted">{t('keys.intro')}</p>
          </div>
          <Button variant="primary" onClick={() => setIsAdding(true)} data-testid="add-key">
            <Plus aria-hidden />
            {t('keys.add')}
          </Button>
        </div>
        <PaperButtons />
        {isPending && <Skeleton className="h-40" />}
        {error && (
          <div className="flex flex-col items-start gap-2">
            <p>{t('keys.loadFailed')}</p>
            <Problem error={error} />
            <Button onClick={() => void refetch()}>{t('common.retry')}</Button>
          </div>
        )}
        {!isPending && !error && keys.length === 0 && (
          <Empty icon={KeyRound} title={t('keys.emptyTitle')} text={t('keys.emptyText')} />
        )}
        {keys.length > 0 && <KeyList keys={keys} />}
      </div>
      <Sheet
        open={isAdding}
        onOpenChange={setIsAdding}
        side="right"
        title={t('keys.addTitle')}
        closeLabel={t('common.close')}
        data-testid="add-key-sheet"
      >
        <AddKeyForm onAdded={() => setIsAdding(false)} />
      </Sheet>
    </div>
  )
}
