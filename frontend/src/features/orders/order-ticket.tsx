'use client'

import type { Instrument } from '@tradercoin/client'
import { type ExchangeKey, multiplyDecimal, type TradingMode } from '@tradercoin/protocol'
import Link from 'next/link'
import { type FormEvent, useId, useMemo, useState } from 'react'
import { useTranslations } from 'use-intl'
import { Button } from '#components/ui/button.tsx'
import { Checkbox } from '#components/ui/checkbox.tsx'
import { Field } from '#components/ui/field.tsx'
import { Input } from '#components/ui/input.tsx'
import { Segmented } from '#components/ui/segmented.tsx'
import { Select } from '#components/ui/select.tsx'
import { useStatus } from '#features/connection/live.ts'
import { isStale } from '#features/connection/status.ts'
import { useKeys } from '#features/keys/data.ts'
import { useInstruments, useKnownSymbols } from '#features/market/instruments.ts'
import { OrderBookPanel } from '#features/market/order-book-panel.tsx'
import { useCapabilities, useKeyModes } from '#features/venues/data.ts'
import { showDecimal } from '#lib/decimals.ts'
import { NumberField } from './number-field.tsx'
import { TicketAccount } from './ticket-account.tsx'
import { TicketConfirm } from './ticket-confirm.tsx'
import {
  canPostOnly,
  canReduceOnly,
  canSizeByValue,
  hasCallback,
  hasPrice,
  hasTrigger,
  positionSides,
  readTicket,
  type TicketFields,
  type TicketProblems,
  ticketTifs,
  ticketTypes,
} from './ticket-order.ts'
import { type NearestField, TicketResult } from './ticket-result.tsx'
import { useSubmission } from './use-ticket.ts'

interface OrderTicketProps {
  /** The account and symbol the page is filtered by are where a ticket begins. */
  startKeyId: number | null
  startSymbol: string
  onShowOrder: (id: number) => void
}

export function OrderTicket({ startKeyId, startSymbol, onShowOrder }: OrderTicketProps) {
  const t = useTranslations('ticket')
  const { keys, isPending } = useKeys()
  const active = useMemo(() => keys.filter((key) => key.is_active), [keys])
  const [chosenId, setChosenId] = useState<number | null>(null)
  const key = active.find(({ id }) => id === (chosenId ?? startKeyId)) ?? active[0]
  if (!key) {
    if (isPending) return null
    return (
      <div className="flex flex-col gap-1 text-xs" data-testid="ticket-no-account">
        <p className="font-medium">{t('noAccount')}</p>
        <p className="text-muted">{t('noAccountText')}</p>
        <Link href="/keys/" className="text-accent underline underline-offset-2">
          {t('noAccount')} →
        </Link>
      </div>
    )
  }
  return (
    <Ticket
      accounts={active}
      account={key}
      onAccount={setChosenId}
      startSymbol={startSymbol}
      onShowOrder={onShowOrder}
    />
  )
}

interface TicketProps {
  accounts: readonly ExchangeKey[]
  account: ExchangeKey
  onAccount: (id: number) => void
  startSymbol: string
  onShowOrder: (id: number) => void
}

function Ticket({ accounts, account, onAccount, startSymbol, onShowOrder }: TicketProps) {
  const t = useTranslations()
  const status = useStatus()
  const symbolsId = useId()
  const modes = useKeyModes(account)
  const [chosenMode, setChosenMode] = useState<TradingMode | null>(null)
  const mode = chosenMode !== null && modes.includes(chosenMode) ? chosenMode : account.trading_mode
  const capabilities = useCapabilities(account.exchange, mode)
  const instruments = useInstruments(account, mode)
  const symbols = useKnownSymbols(account, mode, instruments)
  const [typed, setTyped] = useState<Omit<TicketFields, 'keyId' | 'mode'>>({
    side: 'BUY',
    type: 'LIMIT',
    symbol: startSymbol,
    unit: 'base',
    size: '',
    price: '',
    stopPrice: '',
    callbackRate: '',
    tif: 'GTC',
    postOnly: false,
    reduceOnly: false,
    positionSide: 'NET',
  })
  const [problems, setProblems] = useState<TicketProblems>({})
  const [isAsking, setIsAsking] = useState(false)
  const { submission, submit } = useSubmission()

  const types = ticketTypes.filter((type) => capabilities?.order_types.includes(type) ?? true)
  const type = types.includes(typed.type) ? typed.type : 'LIMIT'
  const tifsOfType = hasTrigger(type) ? capabilities?.conditional_time_in_force : capabilities?.time_in_force
  const tifs = ticketTifs.filter((tif) => tifsOfType?.includes(tif) ?? true)
  const fields: TicketFields = {
    ...typed,
    keyId: account.id,
    mode,
    symbol: typed.symbol || symbols[0] || '',
    type,
    tif: tifs.includes(typed.tif) ? typed.tif : 'GTC',
  }
  const change = (part: Partial<typeof typed>) => {
    setTyped({ ...typed, ...part })
    setProblems({})
  }
  const read = readTicket(fields)
  const needsAsking = account.environment === 'live' || isStale(status)
  const isByValue = canSizeByValue(fields) && fields.unit === 'quote'
  const instrument = instruments.get(fields.symbol.trim())
  // A symbol that is still being typed is not asked for.
  const marketSymbol = instrument?.symbol ?? ''
  const sizeAsset = isByValue ? instrument?.quote_asset : sizeUnit(instrument, t('orders.contracts'))
  const priceStep = instrument?.tick_size && t('ticket.step', { step: showDecimal(instrument.tick_size) })
  const sizeHints = [
    !isByValue && instrument?.step_size && t('ticket.step', { step: showDecimal(instrument.step_size) }),
    !isByValue && instrument?.min_quantity && t('ticket.least', { quantity: showDecimal(instrument.min_quantity) }),
    instrument?.min_notional &&
      t('ticket.leastValue', { value: showDecimal(instrument.min_notional), asset: instrument.quote_asset }),
  ].filter(Boolean)
  const side = t(`side.${fields.side}`)

  function onSubmit(event: FormEvent) {
    event.preventDefault()
    if ('problems' in read) return setProblems(read.problems)
    setProblems({})
    if (needsAsking) setIsAsking(true)
    else void submit(read.body)
  }
  const errorOf = (field: keyof TicketProblems) => {
    const problem = problems[field]
    return problem && t(`ticket.${problem}`)
  }

  return (
    <form onSubmit={onSubmit} noValidate autoComplete="off" className="flex flex-col gap-2.5" data-testid="ticket">
      <TicketAccount accounts={accounts} account={account} onAccount={onAccount} />
      {modes.length > 1 && (
        <Segmented
          label={t('orders.market')}
          value={mode}
          onValueChange={(value) => {
            setChosenMode(value)
            change({ symbol: '' })
          }}
          options={modes.map((value) => ({ value, label: t(`market.${value}`), testId: `ticket-mode-${value}` }))}
        />
      )}
      <Segmented
        label={t('ticket.side')}
        value={fields.side}
        onValueChange={(value) => change({ side: value })}
        options={[
          {
            value: 'BUY',
            label: t('side.BUY'),
            activeClass: 'data-checked:bg-buy-solid data-checked:text-on-trade',
            testId: 'ticket-buy',
          },
          {
            value: 'SELL',
            label: t('side.SELL'),
            activeClass: 'data-checked:bg-sell-solid data-checked:text-on-trade',
            testId: 'ticket-sell',
          },
        ]}
      />
      <div className="grid grid-cols-2 gap-2">
        <Field label={t('ticket.symbol')} error={errorOf('symbol')}>
          {(control) => (
            <>
              <Input
                {...control}
                value={fields.symbol}
                onChange={(event) => change({ symbol: event.target.value.toUpperCase() })}
                list={symbolsId}
                spellCheck={false}
                title={t('ticket.symbolHint')}
                data-testid="ticket-symbol"
              />
              <datalist id={symbolsId}>
                {symbols.map((symbol) => (
                  <option key={symbol} value={symbol} />
                ))}
              </datalist>
            </>
          )}
        </Field>
        <Field label={t('ticket.type')}>
          {(control) => (
            <Select
              {...control}
              value={fields.type}
              onChange={(event) => change({ type: event.target.value as TicketFields['type'] })}
              data-testid="ticket-type"
            >
              {types.map((type) => (
                <option key={type} value={type}>
                  {t(`type.${type}`)}
                </option>
              ))}
            </Select>
          )}
        </Field>
      </div>
      {hasTrigger(fields.type) && (
        <NumberField
          label={t('ticket.stopPrice')}
          error={errorOf('stopPrice')}
          hint={priceStep || undefined}
          value={fields.stopPrice}
          onChange={(stopPrice) => change({ stopPrice })}
          testId="ticket-stop-price"
        />
      )}
      {hasPrice(fields.type) && (
        <NumberField
          label={t('ticket.price')}
          error={errorOf('price')}
          hint={priceStep || undefined}
          value={fields.price}
          onChange={(price) => change({ price })}
          testId="ticket-price"
        />
      )}
      {hasCallback(fields.type) && (
        <NumberField
          label={t('ticket.callbackRate')}
          error={errorOf('callbackRate')}
          value={fields.callbackRate}
          onChange={(callbackRate) => change({ callbackRate })}
          testId="ticket-callback-rate"
        />
      )}
      <NumberField
        label={
          sizeAsset
            ? t('ticket.quantityIn', { asset: sizeAsset })
            : t(isByValue ? 'ticket.quantityQuote' : 'ticket.quantityBase')
        }
        error={errorOf('size')}
        hint={sizeHints.join(' · ') || undefined}
        value={fields.size}
        onChange={(size) => change({ size })}
        testId="ticket-size"
      />
      {canSizeByValue(fields) && (
        <Segmented
          label={t('ticket.sizeUnit')}
          value={fields.unit}
          onValueChange={(unit) => change({ unit })}
          options={[
            { value: 'base', label: instrument?.base_asset ?? t('ticket.base'), testId: 'ticket-unit-base' },
            { value: 'quote', label: instrument?.quote_asset ?? t('ticket.quote'), testId: 'ticket-unit-quote' },
          ]}
        />
      )}
      {hasPrice(fields.type) && (
        <Field label={t('ticket.timeInForce')}>
          {(control) => (
            <Select
              {...control}
              value={fields.tif}
              onChange={(event) => change({ tif: event.target.value as TicketFields['tif'] })}
              data-testid="ticket-tif"
            >
              {tifs.map((tif) => (
                <option key={tif} value={tif}>
                  {t(`ticket.tifShort.${tif}`)}
                </option>
              ))}
            </Select>
          )}
        </Field>
      )}
      {fields.mode === 'futures' && capabilities?.hedge_mode !== false && (
        <Field label={t('ticket.positionSide')}>
          {(control) => (
            <Select
              {...control}
              value={fields.positionSide}
              onChange={(event) => change({ positionSide: event.target.value as TicketFields['positionSide'] })}
              data-testid="ticket-position-side"
            >
              {positionSides.map((value) => (
                <option key={value} value={value}>
                  {t(`ticket.positionSides.${value}`)}
                </option>
              ))}
            </Select>
          )}
        </Field>
      )}
      <div className="flex flex-wrap gap-x-4">
        {canPostOnly(fields) && (
          <Checkbox
            checked={fields.postOnly}
            onCheckedChange={(postOnly) => change({ postOnly })}
            data-testid="ticket-post-only"
          >
            {t('ticket.postOnly')}
          </Checkbox>
        )}
        {canReduceOnly(fields) && (
          <Checkbox
            checked={fields.reduceOnly}
            onCheckedChange={(reduceOnly) => change({ reduceOnly })}
            data-testid="ticket-reduce-only"
          >
            {t('ticket.reduceOnly')}
          </Checkbox>
        )}
      </div>
      <p className="flex justify-between text-xs">
        <span className="text-muted">{t('ticket.value')}</span>
        <span data-testid="ticket-value">
          {'body' in read && read.body.price && read.body.quantity
            ? `${showDecimal(multiplyDecimal(read.body.price, read.body.quantity))} ${instrument?.quote_asset ?? ''}`
            : '–'}
        </span>
      </p>
      <Button
        type="submit"
        size="lg"
        variant={fields.side === 'BUY' ? 'buy' : 'sell'}
        disabled={submission.state === 'sending'}
        data-testid="ticket-submit"
      >
        {submission.state === 'sending' ? t('ticket.sending') : t('ticket.submit', { side, symbol: fields.symbol })}
      </Button>
      <TicketResult
        submission={submission}
        onShowOrder={onShowOrder}
        onNearest={(field, value) => change({ [ticketFieldOf[field]]: value })}
      />
      {marketSymbol && (
        <OrderBookPanel
          market={{
            exchange: account.exchange,
            trading_mode: mode,
            environment: account.environment,
            symbol: marketSymbol,
          }}
          unit={sizeUnit(instrument, t('orders.contracts'))}
          onPrice={(price) => change(hasPrice(fields.type) ? { price } : { type: 'LIMIT', price })}
        />
      )}
      {isAsking && 'body' in read && (
        <TicketConfirm
          body={read.body}
          account={account}
          isStale={isStale(status)}
          onClose={() => setIsAsking(false)}
          onConfirm={() => {
            setIsAsking(false)
            void submit(read.body)
          }}
        />
      )}
    </form>
  )
}

const ticketFieldOf = {
  price: 'price',
  stop_price: 'stopPrice',
  quantity: 'size',
  quote_quantity: 'size',
} as const satisfies Record<NearestField, keyof TicketFields>

/** What an amount counts: the coin, or contracts where they cannot be told in coin. */
function sizeUnit(instrument: Instrument | undefined, contracts: string): string | undefined {
  return instrument?.quantity_unit === 'CONTRACT' ? contracts : instrument?.base_asset
}
