import type { RefusalReason } from '../engine/refusal.ts'

/** An answer of OKX that says no: a code of text digits, and the HTTP status it travels with. */
export class ApiError extends Error {
  override name = 'ApiError'
  readonly code: string
  readonly status: number
  readonly headers: Record<string, string>

  constructor(code: string, message: string, status = 200, headers: Record<string, string> = {}) {
    super(message)
    this.code = code
    this.status = status
    this.headers = headers
  }
}

export const emptyParameter = (name: string) => new ApiError('50014', `Parameter ${name} can not be empty.`, 400)
export const badParameter = (name: string) => new ApiError('51000', `Parameter ${name} error`)
export const noInstrument = () =>
  new ApiError('51001', "Instrument ID, Instrument ID code, or Spread ID doesn't exist.")
export const tooManyRequests = () => new ApiError('50011', 'Too Many Requests', 429)
export const noOrder = () => new ApiError('51603', 'Order does not exist')
export const cannotCancel = () =>
  new ApiError('51400', 'Cancellation failed as the order has been filled, canceled or does not exist.')
export const cannotAmend = () =>
  new ApiError('51503', 'Order modification failed as the order has been filled, canceled or does not exist.')
export const lostAnswer = () =>
  new ApiError(
    '50004',
    'API endpoint request timeout (does not mean that the request was successful or failed, please check the request result).',
    400,
  )

/** What the matching engine refuses, in OKX's codes. `asset` is what there is too little of. */
export function refusalError(reason: RefusalReason, asset: string, spot: boolean): ApiError {
  switch (reason) {
    case 'insufficient_funds':
      return new ApiError('51008', `Order failed. Insufficient ${asset} ${spot ? 'balance' : 'margin'} in account`)
    case 'duplicate_client_id':
      return new ApiError('51016', 'Client order ID already exists.')
    case 'reduce_only':
      return new ApiError(
        '51169',
        "Order failed because you don't have any positions in this direction for this contract to reduce or close.",
      )
    case 'no_liquidity':
      return new ApiError('51020', 'Your order should meet or exceed the minimum order amount.')
    case 'unknown_order':
      return cannotCancel()
    default:
      return new ApiError('50026', 'System error. Try again later.', 500)
  }
}
