'use client'

import type { Position } from '@tradercoin/protocol'
import { useEffect, useState } from 'react'
import { toast } from 'sonner'
import { useTranslations } from 'use-intl'
import { Alert } from '#components/alert.tsx'
import { Problem } from '#components/problem.tsx'
import { Button } from '#components/ui/button.tsx'
import { Dialog } from '#components/ui/dialog.tsx'
import { showDecimal, signOf } from '#lib/decimals.ts'
import { AccountName } from './account-name.tsx'
import { useSubmission } from './use-ticket.ts'

/** Whether a position gains when the price rises. */
export function isLongPosition({ position_side, quantity }: Pick<Position, 'position_side' | 'quantity'>): boolean {
  return position_side === 'LONG' || (position_side === 'NET' && signOf(quantity) > 0)
}

/** Closes a position at market price, after asking. */
export function ClosePosition({ position }: { position: Position }) {
  const t = useTranslations()
  const [isAsking, setIsAsking] = useState(false)
  const side = t(isLongPosition(position) ? 'positions.LONG' : 'positions.SHORT')
  return (
    <>
      <Button
        size="xs"
        variant="danger"
        aria-label={t('positions.closeLabel', { side, symbol: position.symbol })}
        onClick={() => setIsAsking(true)}
        data-testid="close-position"
      >
        {t('positions.close')}
      </Button>
      {isAsking && <CloseDialog position={position} side={side} onClose={() => setIsAsking(false)} />}
    </>
  )
}

function CloseDialog({ position, side, onClose }: { position: Position; side: string; onClose: () => void }) {
  const t = useTranslations()
  const { submission, submit } = useSubmission()
  // Only where a cross and an isolated position may stand side by side does an order take it.
  const ownMargin = position.position_id === null ? null : position.margin_mode
  useEffect(() => {
    if (submission.state !== 'accepted') return
    toast.success(t('positions.closeSent'))
    onClose()
  }, [submission.state, onClose, t])
  const send = () =>
    submit({
      exchange_key_id: position.exchange_key_id,
      trading_mode: position.trading_mode,
      symbol: position.symbol,
      side: isLongPosition(position) ? 'SELL' : 'BUY',
      type: 'MARKET',
      close_position: true,
      ...(position.position_side !== 'NET' && { position_side: position.position_side }),
      ...(ownMargin !== null && { margin_mode: ownMargin }),
    })
  return (
    <Dialog
      open
      onOpenChange={(open) => open || onClose()}
      title={t('positions.closeTitle')}
      description={t('positions.closeText')}
      data-testid="close-position-dialog"
    >
      <p className="flex justify-between gap-4 font-medium">
        <span>
          {position.symbol} · {side}
          {ownMargin !== null && ` · ${t(`positions.${ownMargin}`)}`}
        </span>
        <span>{showDecimal(position.quantity)}</span>
      </p>
      <p className="text-xs text-muted">
        <AccountName keyId={position.exchange_key_id} />
      </p>
      {submission.state === 'failed' &&
        (submission.isOpen ? <Alert tone="warn">{t('ticket.unknown')}</Alert> : <Problem error={submission.error} />)}
      <div className="flex justify-end gap-2">
        <Button onClick={onClose}>{t('common.cancel')}</Button>
        <Button
          variant="danger"
          disabled={submission.state === 'sending'}
          onClick={() => void send()}
          data-testid="close-position-send"
        >
          {t('positions.closeSend')}
        </Button>
      </div>
    </Dialog>
  )
}
