import type { ExchangeKey } from '@tradercoin/protocol'
import { useTranslations } from 'use-intl'

/** What the person called the account, or its exchange, market and the key's last characters. */
export function useKeyName(): (key: ExchangeKey) => string {
  const t = useTranslations()
  return (key) =>
    key.label ||
    t('keys.defaultName', {
      exchange: t(`market.${key.exchange}`),
      market: t(`market.${key.trading_mode}`),
      last4: key.api_key_last4,
    })
}
