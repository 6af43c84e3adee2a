'use client'

import type { ExchangeKey } from '@tradercoin/protocol'
import { useTranslations } from 'use-intl'
import { Alert } from '#components/alert.tsx'
import { Field } from '#components/ui/field.tsx'
import { Select } from '#components/ui/select.tsx'
import { EnvironmentBadge } from '#features/keys/environment-badge.tsx'
import { useKeyName } from '#features/keys/key-name.ts'

interface TicketAccountProps {
  accounts: readonly ExchangeKey[]
  account: ExchangeKey
  onAccount: (id: number) => void
}

/** Which account trades, and what stands in its way. */
export function TicketAccount({ accounts, account, onAccount }: TicketAccountProps) {
  const t = useTranslations()
  const name = useKeyName()
  return (
    <>
      <Field
        label={
          <span className="flex items-center justify-between">
            {t('ticket.account')}
            <EnvironmentBadge environment={account.environment} />
          </span>
        }
      >
        {(control) => (
          <Select
            {...control}
            value={account.id}
            onChange={(event) => onAccount(Number(/* not money: a key id */ event.target.value))}
            data-testid="ticket-account"
          >
            {accounts.map((item) => (
              <option key={item.id} value={item.id}>
                {name(item)} · {t(`market.${item.environment}`)}
              </option>
            ))}
          </Select>
        )}
      </Field>
      {account.state !== 'live' && (
        <Alert tone="warn">{t('ticket.accountDown', { state: t(`keyState.${account.state}`) })}</Alert>
      )}
      {account.permissions?.trade === false && <Alert tone="warn">{t('ticket.readOnly')}</Alert>}
    </>
  )
}
