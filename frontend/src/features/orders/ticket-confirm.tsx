'use client'

import { type ExchangeKey, multiplyDecimal, type PlaceOrderBody } from '@tradercoin/protocol'
import { useTranslations } from 'use-intl'
import { Alert } from '#components/alert.tsx'
import { Button } from '#components/ui/button.tsx'
import { Dialog } from '#components/ui/dialog.tsx'
import { EnvironmentBadge } from '#features/keys/environment-badge.tsx'
import { useKeyName } from '#features/keys/key-name.ts'
import { showDecimal } from '#lib/decimals.ts'

interface TicketConfirmProps {
  body: PlaceOrderBody
  account: ExchangeKey
  isStale: boolean
  onClose: () => void
  onConfirm: () => void
}

/** Shows what is about to be sent, before real money or on stale data. */
export function TicketConfirm({ body, account, isStale, onClose, onConfirm }: TicketConfirmProps) {
  const t = useTranslations()
  const name = useKeyName()
  const side = t(`side.${body.side}`)
  const size = body.quantity ?? body.quote_quantity ?? ''
  const facts: [string, string][] = [
    [t('ticket.account'), name(account)],
    [t('ticket.symbol'), body.symbol],
    [t('ticket.side'), side],
    [t('ticket.type'), t(`type.${body.type}`)],
    ...(body.position_side
      ? [[t('ticket.positionSide'), t(`ticket.positionSides.${body.position_side}`)] as [string, string]]
      : []),
    [body.quantity ? t('ticket.quantityBase') : t('ticket.quantityQuote'), showDecimal(size)],
    [t('ticket.price'), body.price ? showDecimal(body.price) : t('ticket.atMarket')],
    ...(body.stop_price ? [[t('ticket.stopPrice'), showDecimal(body.stop_price)] as [string, string]] : []),
    ...(body.callback_rate ? [[t('ticket.callbackRate'), showDecimal(body.callback_rate)] as [string, string]] : []),
    ...(body.price && body.quantity
      ? [[t('ticket.value'), showDecimal(multiplyDecimal(body.price, body.quantity))] as [string, string]]
      : []),
  ]
  return (
    <Dialog
      open
      onOpenChange={(open) => open || onClose()}
      title={
        <span className="flex items-center gap-2">
          {t('ticket.confirmTitle')} <EnvironmentBadge environment={account.environment} />
        </span>
      }
      data-testid="ticket-confirm"
    >
      {account.environment === 'live' && <Alert tone="warn">{t('ticket.confirmLive')}</Alert>}
      {isStale && <Alert>{t('ticket.confirmStale')}</Alert>}
      <dl>
        {facts.map(([label, value]) => (
          <div key={label} className="flex justify-between gap-4 border-b border-line py-1.5">
            <dt className="text-muted">{label}</dt>
            <dd className="text-right font-medium break-all">{value}</dd>
          </div>
        ))}
      </dl>
      <div className="flex justify-end gap-2">
        <Button onClick={onClose}>{t('common.cancel')}</Button>
        <Button variant={body.side === 'BUY' ? 'buy' : 'sell'} onClick={onConfirm} data-testid="ticket-confirm-send">
          {t('ticket.confirmSend')}: {side} {body.symbol}
        </Button>
      </div>
    </Dialog>
  )
}
