import type { Account } from '../engine/account.ts'
import { dec } from '../engine/decimal.ts'
import { type Algo, newAlgo } from './algo.ts'
import { type Call, type Endpoint, Results } from './api.ts'
import { checkSize, clientIdOf, marketOf, readTerms } from './checks.ts'
import { ApiError, badParameter, cannotAmend, cannotCancel, emptyParameter, noOrder } from './errors.ts'
import { isOfType } from './instruments.ts'
import { alone, type Operation, together } from './orders.ts'
import { newestFirst, page } from './paging.ts'
import type { Params } from './params.ts'
import { checkProtection, orderPrice, PRICE_TYPES } from './protection.ts'
import type { OkxVenue } from './venue.ts'

const TYPES = ['conditional', 'oco', 'trigger', 'move_order_stop', 'chase', 'iceberg', 'twap'] as const
const LIMIT = { calls: 20, seconds: 2, by: 'user' } as const

/** Conditional orders over REST (fact sheet: okx.md sections 3.2 and 4.1). */
export function algoEndpoints(venue: OkxVenue): Endpoint[] {
  return [
    {
      rest: 'POST /api/v5/trade/order-algo',
      security: 'TRADE',
      limit: { ...LIMIT, by: 'user+instId' },
      places: true,
      run: ({ account, params }) => new Results([alone(venue, account, params, placeAlgo)]),
    },
    {
      rest: 'POST /api/v5/trade/cancel-algos',
      security: 'TRADE',
      limit: LIMIT,
      batch: true,
      run: ({ account, many }) => new Results(together(venue, account, many, cancelAlgo)),
    },
    {
      rest: 'POST /api/v5/trade/amend-algos',
      security: 'TRADE',
      limit: LIMIT,
      run: ({ account, params }) => new Results([alone(venue, account, params, amendAlgo)]),
    },
    { rest: 'GET /api/v5/trade/order-algo', security: 'READ', limit: LIMIT, run: (call) => details(venue, call) },
    {
      rest: 'GET /api/v5/trade/orders-algo-pending',
      security: 'READ',
      limit: LIMIT,
      run: (call) => pending(venue, call),
    },
    {
      rest: 'GET /api/v5/trade/orders-algo-history',
      security: 'READ',
      limit: LIMIT,
      run: (call) => history(venue, call),
    },
  ]
}

export const placeAlgo: Operation = {
  run(venue, account, params) {
    const algo = readAlgo(venue, account, params)
    venue.algos.add(algo)
    return { algoId: algo.algoId, clOrdId: '', algoClOrdId: algo.algoClOrdId, tag: algo.tag }
  },
  blank: (params) => ({ algoId: '', clOrdId: '', algoClOrdId: params.text('algoClOrdId') ?? '', tag: '' }),
}

function readAlgo(venue: OkxVenue, account: Account, params: Params): Algo {
  const market = marketOf(venue, params.need('instId'))
  const type = params.needOneOf('ordType', TYPES)
  if (type === 'chase' || type === 'iceberg' || type === 'twap') throw badParameter('ordType')
  const terms = readTerms(account, market, params)
  const closeFraction = params.oneOf('closeFraction', ['1'] as const) ?? ''
  const sz = params.decimal('sz') ?? ''
  if (sz === '' && closeFraction === '') throw emptyParameter('sz')
  const tgtCcy = params.oneOf('tgtCcy', ['base_ccy', 'quote_ccy'] as const) ?? ''
  if (sz !== '' && tgtCcy !== 'quote_ccy') checkSize(market, dec(sz), false)
  const algoClOrdId = clientIdOf(params, 'algoClOrdId') ?? ''
  if (algoClOrdId !== '' && venue.algos.open(account).some((each) => each.algoClOrdId === algoClOrdId)) {
    throw new ApiError('51065', 'algoClOrdId already exists.')
  }
  const common = { ...terms, ordType: type, sz, closeFraction, tgtCcy, algoClOrdId, tag: params.text('tag') ?? '' }
  if (type === 'trigger') {
    return newAlgo(venue, account, market, {
      ...common,
      triggerPx: params.needDecimal('triggerPx'),
      triggerPxType: params.oneOf('triggerPxType', PRICE_TYPES) ?? 'last',
      ordPx: orderPrice('orderPx', params.need('orderPx')),
    })
  }
  if (type === 'move_order_stop') {
    const callbackRatio = params.decimal('callbackRatio') ?? ''
    const callbackSpread = params.decimal('callbackSpread') ?? ''
    if ((callbackRatio === '') === (callbackSpread === '')) throw badParameter('callbackRatio')
    return newAlgo(venue, account, market, {
      ...common,
      callbackRatio,
      callbackSpread,
      activePx: params.decimal('activePx') ?? '',
    })
  }
  return newAlgo(venue, account, market, { ...common, ...readProtection(type, params, terms.side, market.last) })
}

function readProtection(
  type: 'conditional' | 'oco',
  params: Params,
  side: Algo['side'],
  last: Parameters<typeof checkProtection>[1],
): Partial<Algo> {
  const sl = params.decimal('slTriggerPx') ?? ''
  // A one-way order with both prices keeps the stop-loss only.
  const tp = type === 'conditional' && sl !== '' ? '' : (params.decimal('tpTriggerPx') ?? '')
  if (type === 'oco' ? tp === '' || sl === '' : tp === '' && sl === '') throw emptyParameter('slTriggerPx')
  checkProtection(side, last, { tpTriggerPx: tp, slTriggerPx: sl })
  return {
    ...(tp === ''
      ? {}
      : {
          tpTriggerPx: tp,
          tpTriggerPxType: params.oneOf('tpTriggerPxType', PRICE_TYPES) ?? 'last',
          tpOrdPx: orderPrice('tpOrdPx', params.need('tpOrdPx')),
        }),
    ...(sl === ''
      ? {}
      : {
          slTriggerPx: sl,
          slTriggerPxType: params.oneOf('slTriggerPxType', PRICE_TYPES) ?? 'last',
          slOrdPx: orderPrice('slOrdPx', params.need('slOrdPx')),
        }),
  }
}

const named = (params: Params) => ({
  algoId: params.text('algoId') ?? '',
  algoClOrdId: params.text('algoClOrdId') ?? '',
})

function own(venue: OkxVenue, account: Account, params: Params): Algo | undefined {
  const algoId = params.text('algoId')
  const clientId = params.text('algoClOrdId')
  if (algoId === undefined && clientId === undefined) throw emptyParameter('algoId')
  return venue.algos.find(account, algoId, clientId)
}

const cancelAlgo: Operation = {
  run(venue, account, params) {
    const algo = own(venue, account, params)
    if (algo?.state !== 'live' || algo.symbol !== params.need('instId')) throw cannotCancel()
    venue.algos.cancel(algo)
    return { algoId: algo.algoId, algoClOrdId: algo.algoClOrdId, clOrdId: '', tag: '' }
  },
  blank: named,
}

const amendAlgo: Operation = {
  run(venue, account, params) {
    const algo = own(venue, account, params)
    if (algo?.state !== 'live' || algo.symbol !== params.need('instId')) throw cannotAmend()
    const market = marketOf(venue, algo.symbol)
    const changes: Partial<Algo> = {}
    const put = (field: keyof Algo, value: string | undefined) => {
      if (value !== undefined) Object.assign(changes, { [field]: value })
    }
    const price = (name: string) => {
      const text = params.text(name)
      return text === undefined ? undefined : orderPrice(name, text)
    }
    put('sz', params.decimal('newSz'))
    put('tpTriggerPx', params.decimal('newTpTriggerPx'))
    put('tpOrdPx', price('newTpOrdPx'))
    put('slTriggerPx', params.decimal('newSlTriggerPx'))
    put('slOrdPx', price('newSlOrdPx'))
    put('triggerPx', params.decimal('newTriggerPx'))
    put('ordPx', price('newOrdPx'))
    if (changes.sz !== undefined) checkSize(market, dec(changes.sz), false)
    const after = { ...algo, ...changes }
    if (algo.ordType === 'conditional' || algo.ordType === 'oco') checkProtection(algo.side, market.last, after)
    if (algo.ordType === 'trigger') changes.upwards = market.last.lt(after.triggerPx)
    const reqId = params.text('reqId') ?? ''
    venue.algos.amend(algo, changes, reqId)
    return { algoId: algo.algoId, algoClOrdId: algo.algoClOrdId, reqId }
  },
  blank: (params) => ({ ...named(params), reqId: params.text('reqId') ?? '' }),
}

function details(venue: OkxVenue, { account, params }: Call): unknown[] {
  const algo = own(venue, account, params)
  if (!algo) throw noOrder()
  return [venue.algoRow(algo)]
}

function pending(venue: OkxVenue, { account, params }: Call): unknown[] {
  const types = params.need('ordType').split(',')
  const pair = types.every((type) => type === 'conditional' || type === 'oco')
  if (!types.every((type) => (TYPES as readonly string[]).includes(type)) || (types.length > 1 && !pair)) {
    throw badParameter('ordType')
  }
  return found(
    venue,
    params,
    venue.algos.open(account).filter(({ ordType }) => types.includes(ordType)),
  )
}

function history(venue: OkxVenue, { account, params }: Call): unknown[] {
  const types = params.need('ordType').split(',')
  const state = params.oneOf('state', ['effective', 'canceled', 'order_failed'] as const)
  const algoId = params.text('algoId')
  if (state === undefined && algoId === undefined) throw emptyParameter('state')
  const over = venue.algos.of(account).filter((algo) => algo.state !== 'live' && types.includes(algo.ordType))
  const wanted = over.filter((algo) => (algoId === undefined ? algo.state === state : algo.algoId === algoId))
  return found(venue, params, wanted)
}

function found(venue: OkxVenue, params: Params, algos: Algo[]): unknown[] {
  const instId = params.text('instId')
  const instType = params.text('instType')
  const wanted = algos.filter(
    (algo) => (instId === undefined || algo.symbol === instId) && isOfType(marketOf(venue, algo.symbol), instType),
  )
  const idOf = (algo: Algo) => BigInt(algo.algoId)
  const rows = page(newestFirst(wanted, idOf), params, idOf, (algo) => algo.cTime)
  return rows.map((algo) => venue.algoRow(algo))
}
