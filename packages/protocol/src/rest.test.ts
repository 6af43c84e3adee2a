import { describe, expect, it } from 'vitest'
import { orderFilterSchema, pageSchema, patchKeyBodySchema, placeOrderBodySchema } from './rest.ts'

describe('whole numbers in a query', () => {
  it.each(['1e3', '0x10', '', ' ', ' 5', '+5', '-5', '5.0', '1234567890123456'])('refuse %j', (from) => {
    expect(orderFilterSchema.safeParse({ from }).success).toBe(false)
    expect(pageSchema.safeParse({ limit: from }).success).toBe(false)
  })

  it('take plain digits', () => {
    expect(orderFilterSchema.parse({ exchange_key_id: '3', from: '0', to: '1700000000000' })).toEqual({
      exchange_key_id: 3,
      from: 0,
      to: 1_700_000_000_000,
    })
    expect(pageSchema.parse({})).toEqual({ limit: 100 })
    expect(pageSchema.safeParse({ limit: '501' }).success).toBe(false)
    expect(orderFilterSchema.safeParse({ exchange_key_id: '0' }).success).toBe(false)
  })
})

describe('bodies', () => {
  it('hold decimals in their plain spelling at once', () => {
    const order = { exchange_key_id: 1, symbol: 'BTCUSDT', side: 'BUY', type: 'LIMIT' }
    const parsed = placeOrderBodySchema.parse({ ...order, quantity: '0.010', price: '100.00' })
    expect(parsed).toMatchObject({ quantity: '0.01', price: '100' })
    expect(placeOrderBodySchema.safeParse({ ...order, quantity: '0.000' }).success).toBe(false)
    expect(placeOrderBodySchema.safeParse({ ...order, quantity: 'NaN' }).success).toBe(false)
  })

  it('a change of a key that changes nothing names what to send', () => {
    const { error } = patchKeyBodySchema.safeParse({})
    expect(error?.issues[0]?.message).toBe('send label, is_active or both')
    expect(patchKeyBodySchema.safeParse({ label: null }).success).toBe(true)
  })
})
