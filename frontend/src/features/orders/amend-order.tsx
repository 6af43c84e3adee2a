'use client'

import { useMutation } from '@tanstack/react-query'
import type { Order } from '@tradercoin/protocol'
import { Pencil } from 'lucide-react'
import { type FormEvent, useState } from 'react'
import { toast } from 'sonner'
import { useTranslations } from 'use-intl'
import { Alert } from '#components/alert.tsx'
import { Problem } from '#components/problem.tsx'
import { Button } from '#components/ui/button.tsx'
import { Dialog } from '#components/ui/dialog.tsx'
import { type Capabilities, useCapabilities } from '#features/venues/data.ts'
import { client } from '#lib/client.ts'
import { parseTypedDecimal, signOf, trimDecimal } from '#lib/decimals.ts'
import { NumberField } from './number-field.tsx'
import { hasPrice, isOutcomeOpen } from './ticket-order.ts'

const amendable: ReadonlySet<Order['status']> = new Set(['NEW', 'PARTIALLY_FILLED'])

/** Shown where the venue can change a resting order with its id kept. */
export function AmendButton({ order }: { order: Order }) {
  const t = useTranslations()
  const amend = useCapabilities(order.exchange, order.trading_mode)?.amend
  const [isOpen, setIsOpen] = useState(false)
  if (!amend || !amendable.has(order.status) || !hasPrice(order.type)) return null
  return (
    // The row itself opens the details.
    // biome-ignore lint/a11y/noStaticElementInteractions: it only keeps presses in the dialog from reaching the row
    <span onClick={(event) => event.stopPropagation()} onKeyDown={(event) => event.stopPropagation()}>
      <Button
        size="xs"
        variant="ghost"
        aria-label={t('amend.label', { side: t(`side.${order.side}`), symbol: order.symbol })}
        title={t('amend.open')}
        onClick={() => setIsOpen(true)}
        data-testid="amend-order"
      >
        <Pencil aria-hidden />
      </Button>
      {isOpen && <AmendDialog order={order} amend={amend} onClose={() => setIsOpen(false)} />}
    </span>
  )
}

interface AmendDialogProps {
  order: Order
  amend: NonNullable<Capabilities['amend']>
  onClose: () => void
}

function AmendDialog({ order, amend, onClose }: AmendDialogProps) {
  const t = useTranslations()
  const [price, setPrice] = useState(trimDecimal(order.price ?? ''))
  const [quantity, setQuantity] = useState(trimDecimal(order.quantity ?? ''))
  const [problem, setProblem] = useState<'price' | 'quantity' | 'nothing' | null>(null)
  const send = useMutation({
    mutationFn: (body: { price?: string; quantity?: string }) => client.rest.orders.amend(order.id, body),
    onSuccess: () => {
      toast.success(t('amend.sent'))
      onClose()
    },
  })

  function onSubmit(event: FormEvent) {
    event.preventDefault()
    const typed = { price: parseTypedDecimal(price), quantity: parseTypedDecimal(quantity) }
    if (amend.price && (typed.price === null || signOf(typed.price) <= 0)) return setProblem('price')
    if (typed.quantity === null || signOf(typed.quantity) <= 0) return setProblem('quantity')
    const body = {
      ...(amend.price &&
        typed.price !== null &&
        typed.price !== trimDecimal(order.price ?? '') && { price: typed.price }),
      ...(typed.quantity !== trimDecimal(order.quantity ?? '') && { quantity: typed.quantity }),
    }
    if (Object.keys(body).length === 0) return setProblem('nothing')
    setProblem(null)
    send.mutate(body)
  }

  return (
    <Dialog
      open
      onOpenChange={(open) => open || onClose()}
      title={t('amend.label', { side: t(`side.${order.side}`), symbol: order.symbol })}
      data-testid="amend-dialog"
    >
      <form onSubmit={onSubmit} noValidate autoComplete="off" className="flex flex-col gap-3">
        {amend.price ? (
          <NumberField
            label={t('ticket.price')}
            value={price}
            error={problem === 'price' ? t('ticket.needNumber') : undefined}
            onChange={setPrice}
            testId="amend-price"
          />
        ) : (
          <p className="text-xs text-muted">{t('amend.priceFixed')}</p>
        )}
        <NumberField
          label={t('amend.quantity', { asset: order.symbol })}
          value={quantity}
          error={problem === 'quantity' ? t('ticket.needNumber') : undefined}
          hint={amend.quantity === 'down' ? t('amend.down') : undefined}
          onChange={setQuantity}
          testId="amend-quantity"
        />
        {problem === 'nothing' && <Alert tone="warn">{t('amend.nothing')}</Alert>}
        {send.error &&
          (isOutcomeOpen(send.error) ? (
            <Alert tone="warn">{t('amend.unknown')}</Alert>
          ) : (
            <Problem error={send.error} />
          ))}
        <div className="flex justify-end gap-2">
          <Button onClick={onClose}>{t('common.cancel')}</Button>
          <Button variant="primary" type="submit" disabled={send.isPending} data-testid="amend-send">
            {t('amend.send')}
          </Button>
        </div>
      </form>
    </Dialog>
  )
}
