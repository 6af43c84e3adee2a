'use client'

import { useMutation, useQueryClient } from '@tanstack/react-query'
import type { ExchangeId, TradingMode, Venue } from '@tradercoin/protocol'
import { FlaskConical } from 'lucide-react'
import { toast } from 'sonner'
import { useTranslations } from 'use-intl'
import { Problem } from '#components/problem.tsx'
import { Button } from '#components/ui/button.tsx'
import { useVenues } from '#features/venues/data.ts'
import { client } from '#lib/client.ts'
import { keysQuery } from './data.ts'

/** One account for each market a key can be of; one for all where a key covers them. */
function paperAccounts(venues: readonly Venue[]): { exchange: ExchangeId; mode: TradingMode; isWhole: boolean }[] {
  return venues
    .filter(({ environments }) => environments.includes('paper'))
    .flatMap(({ exchange, key_covers, trading_modes }) => {
      const isWhole = key_covers === 'all_modes'
      const modes = isWhole ? trading_modes.slice(0, 1) : trading_modes
      return modes.map((mode) => ({ exchange, mode, isWhole }))
    })
}

/** One press makes an account on the paper exchange and adds its key. */
export function PaperButtons() {
  const t = useTranslations()
  const queryClient = useQueryClient()
  const { data: venues } = useVenues()
  const accounts = paperAccounts(venues ?? [])
  const add = useMutation({
    mutationFn: ({ exchange, mode }: { exchange: ExchangeId; mode: TradingMode }) =>
      client.rest.exchangeKeys.addPaper({ exchange, trading_mode: mode }),
    onSuccess: async () => {
      await queryClient.invalidateQueries({ queryKey: keysQuery.queryKey })
      toast.success(t('keys.paperAdded'))
    },
  })
  return (
    <section
      className="flex flex-col gap-3 rounded-lg border border-line bg-surface p-4"
      aria-labelledby="paper-title"
      hidden={venues !== undefined && accounts.length === 0}
    >
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
          {accounts.map(({ exchange, mode, isWhole }) => (
            <Button
              key={`${exchange}-${mode}`}
              disabled={add.isPending}
              onClick={() => add.mutate({ exchange, mode })}
              data-testid={`add-paper-${exchange}-${mode}`}
            >
              {isWhole
                ? t(`market.${exchange}`)
                : t('keys.paperButton', { exchange: t(`market.${exchange}`), market: t(`market.${mode}`) })}
            </Button>
          ))}
        </div>
      </div>
      {add.error && <Problem error={add.error} />}
    </section>
  )
}
