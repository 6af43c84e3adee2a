'use client'

import { useQueryClient } from '@tanstack/react-query'
import type { AddKeyBody, Environment, ExchangeId, TradingMode } from '@tradercoin/protocol'
import { Check, X } from 'lucide-react'
import { useState } from 'react'
import { useForm } from 'react-hook-form'
import { toast } from 'sonner'
import { useTranslations } from 'use-intl'
import { Problem } from '#components/problem.tsx'
import { Button } from '#components/ui/button.tsx'
import { Field } from '#components/ui/field.tsx'
import { Input, inputClass } from '#components/ui/input.tsx'
import { Select } from '#components/ui/select.tsx'
import { client } from '#lib/client.ts'
import { cn } from '#lib/cn.ts'
import { keysQuery } from './data.ts'
import { venues } from './venues.ts'

interface KeyFields {
  exchange: ExchangeId
  trading_mode: TradingMode
  environment: Environment
  label: string
  api_key: string
  api_secret: string
  passphrase: string
}

function toBody({ label, passphrase, api_key, ...fields }: KeyFields): AddKeyBody {
  return {
    ...fields,
    api_key: api_key.trim(),
    ...(label.trim() && { label: label.trim() }),
    ...(passphrase && { passphrase }),
  }
}

/** Adds a key of an exchange. The secret leaves the form the moment it is sent, whatever the answer. */
export function AddKeyForm({ onAdded }: { onAdded: () => void }) {
  const t = useTranslations()
  const queryClient = useQueryClient()
  const [problem, setProblem] = useState<unknown>(null)
  const { register, handleSubmit, formState, watch, resetField } = useForm<KeyFields>({
    defaultValues: {
      exchange: 'binance',
      trading_mode: 'spot',
      environment: 'live',
      label: '',
      api_key: '',
      api_secret: '',
      passphrase: '',
    },
  })
  const venue = venues.find(({ exchange }) => exchange === watch('exchange')) ?? venues[0]
  const mode = watch('trading_mode')

  const submit = handleSubmit(async (fields) => {
    setProblem(null)
    resetField('api_secret')
    resetField('passphrase')
    try {
      await client.rest.exchangeKeys.add(toBody(fields))
      resetField('api_key')
      await queryClient.invalidateQueries({ queryKey: keysQuery.queryKey })
      toast.success(t('keys.added'))
      onAdded()
    } catch (error) {
      setProblem(error)
    }
  })

  if (!venue) return null
  return (
    <form onSubmit={submit} noValidate autoComplete="off" className="flex flex-col gap-4">
      <div className="grid grid-cols-3 gap-3">
        <Field label={t('keys.exchange')}>
          {(control) => (
            <Select {...control} {...register('exchange')}>
              {venues.map(({ exchange }) => (
                <option key={exchange} value={exchange}>
                  {t(`market.${exchange}`)}
                </option>
              ))}
            </Select>
          )}
        </Field>
        <Field label={t('keys.market')}>
          {(control) => (
            <Select {...control} {...register('trading_mode')} data-testid="key-mode">
              {venue.modes.map((value) => (
                <option key={value} value={value}>
                  {t(`market.${value}`)}
                </option>
              ))}
            </Select>
          )}
        </Field>
        <Field label={t('keys.environment')}>
          {(control) => (
            <Select {...control} {...register('environment')} data-testid="key-environment">
              {venue.environments.map((value) => (
                <option key={value} value={value}>
                  {t(`market.${value}`)}
                </option>
              ))}
            </Select>
          )}
        </Field>
      </div>
      <PermissionGuide mode={mode} />
      <Field label={t('keys.label')} hint={t('keys.labelHint')}>
        {(control) => <Input {...control} {...register('label')} maxLength={64} data-testid="key-label" />}
      </Field>
      <Field label={t('keys.apiKey')} error={formState.errors.api_key && t('keys.missing')}>
        {(control) => (
          <Input
            {...control}
            {...register('api_key', { required: true })}
            autoComplete="off"
            spellCheck={false}
            className="font-mono"
            data-testid="key-api-key"
          />
        )}
      </Field>
      <Field
        label={t('keys.apiSecret')}
        hint={t('keys.apiSecretHint')}
        error={formState.errors.api_secret && t('keys.missing')}
      >
        {(control) => (
          <textarea
            {...control}
            {...register('api_secret', { required: true })}
            rows={3}
            autoComplete="off"
            spellCheck={false}
            className={cn(inputClass, 'masked h-auto resize-y py-1.5 font-mono')}
            data-testid="key-api-secret"
          />
        )}
      </Field>
      {venue.needsPassphrase && (
        <Field label={t('keys.passphrase')}>
          {(control) => (
            <Input {...control} {...register('passphrase')} type="password" autoComplete="off" data-1p-ignore />
          )}
        </Field>
      )}
      {problem !== null && <Problem error={problem} />}
      <Button variant="primary" size="lg" type="submit" disabled={formState.isSubmitting} data-testid="key-submit">
        {formState.isSubmitting ? t('keys.checking') : t('keys.submit')}
      </Button>
    </form>
  )
}

/** What to allow this key at the exchange, and what not. */
function PermissionGuide({ mode }: { mode: TradingMode }) {
  const t = useTranslations('keys')
  return (
    <section className="flex flex-col gap-2 rounded border border-line bg-background p-3 text-xs">
      <h3 className="font-medium">{t('permissionsTitle')}</h3>
      <ul className="flex flex-col gap-1 [&_svg]:mt-0.5 [&_svg]:size-4 [&_svg]:shrink-0">
        {[t('tickRead'), mode === 'futures' ? t('tickFutures') : t('tickSpot')].map((text) => (
          <li key={text} className="flex gap-2">
            <Check aria-hidden className="text-buy" />
            <span>
              <b className="font-medium">{t('tick')}:</b> {text}
            </span>
          </li>
        ))}
        {[t('noWithdraw'), t('noTransfer')].map((text) => (
          <li key={text} className="flex gap-2">
            <X aria-hidden className="text-sell" />
            <span>
              <b className="font-medium">{t('doNotTick')}:</b> {text}
            </span>
          </li>
        ))}
      </ul>
      <p className="text-muted">{t('ipHint')}</p>
    </section>
  )
}
