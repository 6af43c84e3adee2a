import { expect, it } from 'vitest'
import { ExchangeError } from '../errors.ts'
import type { PlaceRequest } from '../exchange.ts'
import { cancelOrder, placeOrder } from './place.ts'
import type { BybitRest } from './rest.ts'

const who = { api_key: 'key', api_secret: 'secret', passphrase: null }
const stop: PlaceRequest = {
  trading_mode: 'spot',
  symbol: 'BTCUSDT',
  side: 'BUY',
  type: 'STOP_MARKET',
  client_order_id: 'hub0001',
  quantity: '0.001',
  quote_quantity: null,
  price: null,
  stop_price: '62000',
  time_in_force: null,
  post_only: false,
  reduce_only: false,
  position_side: null,
  margin_mode: null,
  trigger_by: null,
  callback_rate: null,
  close_position: false,
}

function venue(book: { bid: string | null; ask: string | null } | Error = { bid: '61880', ask: '61881' }) {
  const placed: object[] = []
  const rest = {
    bestPrices: async () => {
      if (book instanceof Error) throw book
      return book
    },
    placeOrder: async (_who: unknown, params: object) => {
      placed.push(params)
      return '1'
    },
  } as unknown as BybitRest
  return { rest, placed }
}

it.each([
  ['STOP_MARKET', 'BUY', '61882', true],
  ['STOP_MARKET', 'BUY', '61881', false],
  ['STOP_MARKET', 'SELL', '61879.9', true],
  ['STOP_MARKET', 'SELL', '61880', false],
  ['TAKE_PROFIT_MARKET', 'SELL', '61882', true],
  ['TAKE_PROFIT_MARKET', 'SELL', '61000', false],
  ['TAKE_PROFIT_MARKET', 'BUY', '61000', true],
  ['TAKE_PROFIT_MARKET', 'BUY', '62000', false],
] as const)('%s %s at %s on spot: taken %s', async (type, side, stop_price, taken) => {
  const { rest, placed } = venue()
  const outcome = placeOrder(rest, who, { ...stop, type, side, stop_price }, 'spot')
  if (taken) await expect(outcome).resolves.toEqual({ order_id: '1' })
  else await expect(outcome).rejects.toMatchObject({ kind: 'refused', code: 'stop_would_trigger', venue_code: null })
  expect(placed).toHaveLength(taken ? 1 : 0)
})

it('an empty book decides nothing, and contracts tell their direction themselves', async () => {
  const empty = venue({ bid: null, ask: null })
  await expect(placeOrder(empty.rest, who, stop, 'spot')).resolves.toEqual({ order_id: '1' })
  const away = venue(new ExchangeError('unavailable', 'unavailable', 'Bybit does not answer.'))
  await expect(placeOrder(away.rest, who, { ...stop, trading_mode: 'futures' }, 'linear')).resolves.toBeDefined()
  await expect(placeOrder(away.rest, who, { ...stop, type: 'LIMIT', price: '1' }, 'spot')).resolves.toBeDefined()
})

it('without prices nothing is sent, and it is told so', async () => {
  const away = venue(new ExchangeError('unavailable', 'unavailable', 'Bybit does not answer.'))
  await expect(placeOrder(away.rest, who, stop, 'spot')).rejects.toMatchObject({ kind: 'not_sent' })
  const limited = venue(new ExchangeError('rate_limit', 'rate_limit', 'Wait.', { retry_at: 5 }))
  await expect(placeOrder(limited.rest, who, stop, 'spot')).rejects.toMatchObject({ kind: 'rate_limit', retry_at: 5 })
  expect([...away.placed, ...limited.placed]).toEqual([])
})

it('a spot order is canceled under whichever filter the venue keeps it', async () => {
  const gone = new ExchangeError('not_found', 'order_not_found', 'Bybit does not know this order.')
  const asked: unknown[] = []
  const cancel = (kept: string | undefined, category: 'spot' | 'linear') => {
    asked.length = 0
    const rest = {
      cancelOrder: async (_who: unknown, { orderFilter }: { orderFilter?: string }) => {
        asked.push(orderFilter)
        if (orderFilter !== kept) throw gone
      },
    } as unknown as BybitRest
    const ref = { trading_mode: 'spot', symbol: 'BTCUSDT', order_id: '1', client_order_id: null } as const
    return cancelOrder(rest, who, ref, category)
  }
  await cancel(undefined, 'spot')
  expect(asked).toEqual([undefined])
  await cancel('tpslOrder', 'spot')
  expect(asked).toEqual([undefined, 'StopOrder', 'tpslOrder'])
  await expect(cancel('nowhere', 'spot')).rejects.toBe(gone)
  await expect(cancel('nowhere', 'linear')).rejects.toBe(gone)
  expect(asked).toEqual([undefined])
})
