import type { ExchangeKey } from '@tradercoin/protocol'
import { useTranslations } from 'use-intl'
import { useVenues } from '#features/venues/data.ts'

/** The markets a key trades, in words: one, or all where a key covers the whole account. */
export function useMarketOf(): (key: Pick<ExchangeKey, 'exchange' | 'trading_mode'>) => string {
  const t = useTranslations('market')
  const { data: venues } = useVenues()
  return ({ exchange, trading_mode }) => {
    const venue = venues?.find((each) => each.exchange === exchange)
    return venue?.key_covers === 'all_modes' ? t('all') : t(trading_mode)
  }
}
