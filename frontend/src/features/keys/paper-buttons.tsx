'use client'

import { useMutation, useQueryClient } from '@tanstack/react-query'
import type { ExchangeId, TradingMode } from '@tradercoin/protocol'
import { FlaskConical } from 'lucide-react'
import { toast } from 'sonner'
import { useTranslations } from 'use-intl'
import { Problem } from '#components/problem.tsx'
import { Button } from '#components/ui/button.tsx'
import { client } from '#lib/client.ts'
import { keysQuery } from './data.ts'
import { venues } from './venues.ts'

const accounts = venues.flatMap(({ exchange, modes }) => modes.map((mode) => ({ exchange, mode })))

/** One press makes an account on the paper exchange and adds its key. */
export function PaperButtons() {
  const t = useTranslations()
  const queryClient = useQueryClient()
  const add = useMutation({
    mutationFn: ({ exchange, mode }: { exchange: ExchangeId; mode: TradingMode }) =>
      client.rest.exchangeKeys.addPaper({ exchange, trading_mode: mode }),
    onSuccess: async () => {
      await queryClient.invalidateQueries({ queryKey: keysQuery.queryKey })
      toast.success(t('keys.paperAdded'))
    },
  })
  return (
    <section className="flex flex-col gap-3 rounded-lg border border-line bg-surface p-4" aria-labelledby="paper-title">
      <div className="flex flex-wrap items-center justify-between gap-3">
        <div className="flex items-center gap-3">
          <FlaskConical aria-hidden className="size-5 text-accent" />
          <div>
            <h2 id="paper-title" className="font-semibold">
              {t('keys.addPaper')}
            </h2>
            <p className="text-xs text-muted">{t('keys.addPaperHint')}</p>
          </div>
        </div>
        <div className="flex flex-wrap gap-2">
          {accounts.map(({ exchange, mode }) => (
            <Button
              key={`${exchange}-${mode}`}
              disabled={add.isPending}
              onClick={() => add.mutate({ exchange, mode })}
              data-testid={`add-paper-${exchange}-${mode}`}
            >
              {t('keys.paperButton', { exchange: t(`market.${exchange}`), market: t(`market.${mode}`) })}
            </Button>
          ))}
        </div>
      </div>
      {add.error && <Problem error={add.error} />}
    </section>
  )
}
