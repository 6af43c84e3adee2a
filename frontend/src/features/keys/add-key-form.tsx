'use client'

import { useQueryClient } from '@tanstack/react-query'
import type { AddKeyBody, Environment, ExchangeId, TradingMode, Venue } from '@tradercoin/protocol'
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
import { Skeleton } from '#components/ui/skeleton.tsx'
import { useVenues } from '#features/venues/data.ts'
import { client } from '#lib/client.ts'
import { cn } from '#lib/cn.ts'
import { keysQuery } from './data.ts'

interface KeyFields {
  exchange: ExchangeId
  trading_mode: TradingMode
  environment: Environment
  /** Empty: the hub finds out. */
  region: string
  label: string
  api_key: string
  api_secret: string
  passphrase: string
}

/** Paper accounts have a button of their own. */
const isKeyed = (environment: Environment) => environment !== 'paper'

function toBody({ label, passphrase, api_key, region, ...fields }: KeyFields): AddKeyBody {
  return {
    ...fields,
    api_key: api_key.trim(),
    ...(label.trim() && { label: label.trim() }),
    ...(region && { region }),
    ...(passphrase && { passphrase }),
  }
}

/** Adds a key of an exchange. The secret leaves the form the moment it is sent, whatever the answer. */
export function AddKeyForm({ onAdded }: { onAdded: () => void }) {
  const t = useTranslations()
  const { data: venues, error, refetch } = useVenues()
  if (venues) return <KeyForm venues={venues} onAdded={onAdded} />
  if (!error) return <Skeleton className="h-96" />
  return (
    <div className="flex flex-col items-start gap-2">
      <p>{t('keys.venuesFailed')}</p>
      <Problem error={error} />
      <Button onClick={() => void refetch()}>{t('common.retry')}</Button>
    </div>
  )
}

function KeyForm({ venues, onAdded }: { venues: readonly Venue[]; onAdded: () => void }) {
  const t = useTranslations()
  const queryClient = useQueryClient()
  const [problem, setProblem] = useState<unknown>(null)
  const { register, handleSubmit, formState, watch, resetField, setValue } = useForm<KeyFields>({
    defaultValues: {
      exchange: 'binance',
      trading_mode: 'spot',
      environment: 'live',
      region: '',
      label: '',
      api_key: '',
      api_secret: '',
      passphrase: '',
    },
  })
  const venue = venues.find(({ exchange }) => exchange === watch('exchange')) ?? venues[0]
  const mode = watch('trading_mode')
  const environment = watch('environment')

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
            <Select
              {...control}
              {...register('exchange', {
                onChange: () => {
                  // What another exchange offers may not exist here.
                  setValue('environment', 'live')
                  setValue('region', '')
                },
              })}
              data-testid="key-exchange"
            >
              {venues.map(({ exchange }) => (
                <option key={exchange} value={exchange}>
                  {t(`market.${exchange}`)}
                </option>
              ))}
            </Select>
          )}
        </Field>
        <Field label={t('keys.market')} hint={venue.key_covers === 'all_modes' ? t('keys.marketHint') : undefined}>
          {(control) => (
            <Select {...control} {...register('trading_mode')} data-testid="key-mode">
              {venue.trading_modes.map((value) => (
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
              {venue.environments.filter(isKeyed).map((value) => (
                <option key={value} value={value}>
                  {t(`market.${value}`)}
                </option>
              ))}
            </Select>
          )}
        </Field>
      </div>
      {venue.regions.length > 0 && environment === 'live' && (
        <Field label={t('keys.region')} hint={t('keys.regionHint')}>
          {(control) => (
            <Select {...control} {...register('region')} data-testid="key-region">
              <option value="">{t('keys.regionAuto')}</option>
              {venue.regions.map(({ region, name }) => (
                <option key={region} value={region}>
                  {name}
                </option>
              ))}
            </Select>
          )}
        </Field>
      )}
      <PermissionGuide covers={venue.key_covers} mode={mode} />
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
      {venue.needs_passphrase && (
        <Field
          label={t('keys.passphrase')}
          hint={t('keys.passphraseHint')}
          error={formState.errors.passphrase && t('keys.missing')}
        >
          {(control) => (
            <Input
              {...control}
              {...register('passphrase', { required: true, shouldUnregister: true })}
              type="password"
              autoComplete="off"
              data-1p-ignore
              data-testid="key-passphrase"
            />
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
function PermissionGuide({ covers, mode }: { covers: Venue['key_covers']; mode: TradingMode }) {
  const t = useTranslations('keys')
  const trading = covers === 'all_modes' ? t('tickTrade') : mode === 'futures' ? t('tickFutures') : t('tickSpot')
  return (
    <section className="flex flex-col gap-2 rounded border border-line bg-background p-3 text-xs">
      <h3 className="font-medium">{t('permissionsTitle')}</h3>
      <ul className="flex flex-col gap-1 [&_svg]:mt-0.5 [&_svg]:size-4 [&_svg]:shrink-0">
        {[t('tickRead'), trading].map((text) => (
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
