'use client'

import { useMutation } from '@tanstack/react-query'
import { OctagonX } from 'lucide-react'
import { useState } from 'react'
import { toast } from 'sonner'
import { useTranslations } from 'use-intl'
import { Problem } from '#components/problem.tsx'
import { Button } from '#components/ui/button.tsx'
import { Dialog } from '#components/ui/dialog.tsx'
import { Field } from '#components/ui/field.tsx'
import { Input } from '#components/ui/input.tsx'
import { Select } from '#components/ui/select.tsx'
import { useKeys } from '#features/keys/data.ts'
import { useKeyName } from '#features/keys/key-name.ts'
import { client } from '#lib/client.ts'
import { useOpenCount, useOpenOrders } from './data.ts'

/** From this many on, a word has to be typed. */
const typedFrom = 11

interface CancelAllProps {
  startKeyId: number | null
  startSymbol: string
}

/** Cancels every open order of one account, or of one symbol on it. */
export function CancelAll({ startKeyId, startSymbol }: CancelAllProps) {
  const t = useTranslations()
  const [isAsking, setIsAsking] = useState(false)
  const openCount = useOpenCount()
  return (
    <>
      <Button
        size="sm"
        variant="danger"
        disabled={openCount === 0}
        onClick={() => setIsAsking(true)}
        data-testid="cancel-all"
      >
        <OctagonX aria-hidden />
        {t('cancel.all')}
      </Button>
      {isAsking && (
        <CancelAllDialog startKeyId={startKeyId} startSymbol={startSymbol} onClose={() => setIsAsking(false)} />
      )}
    </>
  )
}

function CancelAllDialog({ startKeyId, startSymbol, onClose }: CancelAllProps & { onClose: () => void }) {
  const t = useTranslations()
  const { keys } = useKeys()
  const name = useKeyName()
  const open = useOpenOrders()
  const accounts = keys.filter(({ id }) => open.some((order) => order.exchange_key_id === id))
  const [chosenId, setChosenId] = useState(startKeyId)
  const account = accounts.find(({ id }) => id === chosenId) ?? accounts[0]
  const [symbol, setSymbol] = useState(startSymbol)
  const [typed, setTyped] = useState('')
  const count = open.filter(
    (order) => order.exchange_key_id === account?.id && (symbol === '' || order.symbol === symbol),
  ).length
  const word = t('cancel.confirmWord')
  const mustType = count >= typedFrom

  const cancel = useMutation({
    mutationFn: (keyId: number) => client.rest.orders.cancelAll(keyId, symbol || undefined),
    onSuccess: ({ items }) => {
      const failed = items.filter(({ problem }) => problem !== null).length
      if (failed > 0) toast.error(t('cancel.partly', { failed, count: items.length }))
      else toast.success(t('cancel.done', { count: items.length }))
      onClose()
    },
  })

  return (
    <Dialog
      open
      onOpenChange={(isOpen) => isOpen || onClose()}
      title={t('cancel.allTitle')}
      description={
        account ? t('cancel.allText', { count, account: name(account), symbol: symbol || 'none' }) : t('cancel.nothing')
      }
      data-testid="cancel-all-dialog"
    >
      <div className="grid grid-cols-2 gap-3">
        <Field label={t('cancel.account')}>
          {(control) => (
            <Select
              {...control}
              value={account?.id ?? ''}
              onChange={(event) => setChosenId(Number(/* not money: a key id */ event.target.value))}
              data-testid="cancel-all-account"
            >
              {accounts.map((key) => (
                <option key={key.id} value={key.id}>
                  {name(key)}
                </option>
              ))}
            </Select>
          )}
        </Field>
        <Field label={t('cancel.symbolLabel')}>
          {(control) => (
            <Input
              {...control}
              value={symbol}
              onChange={(event) => setSymbol(event.target.value.trim().toUpperCase())}
              spellCheck={false}
              data-testid="cancel-all-symbol"
            />
          )}
        </Field>
      </div>
      {mustType && (
        <Field label={t('cancel.typeToConfirm', { word })}>
          {(control) => (
            <Input
              {...control}
              value={typed}
              onChange={(event) => setTyped(event.target.value)}
              autoComplete="off"
              data-testid="cancel-all-typed"
            />
          )}
        </Field>
      )}
      {cancel.error && <Problem error={cancel.error} />}
      <div className="flex justify-end gap-2">
        <Button onClick={onClose}>{t('common.cancel')}</Button>
        <Button
          variant="danger"
          disabled={!account || count === 0 || cancel.isPending || (mustType && typed.trim().toUpperCase() !== word)}
          onClick={() => account && cancel.mutate(account.id)}
          data-testid="cancel-all-confirm"
        >
          {t('cancel.confirm', { count })}
        </Button>
      </div>
    </Dialog>
  )
}
