import type { ExchangeKey } from '@tradercoin/protocol'
import { useTranslations } from 'use-intl'
import { useMarketOf } from './market-of.ts'

/** What the person called the account, or its exchange, market and the key's last characters. */
export function useKeyName(): (key: ExchangeKey) => string {
  const t = useTranslations()
  const marketOf = useMarketOf()
  return (key) =>
    key.label ||
    t('keys.defaultName', {
      exchange: t(`market.${key.exchange}`),
      market: marketOf(key),
      last4: key.api_key_last4,
    })
}
