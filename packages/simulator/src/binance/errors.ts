/** An answer of Binance that is an error: HTTP status and the `{code, msg}` body. */
export class ApiError extends Error {
  override name = 'ApiError'
  readonly status: number
  readonly code: number
  readonly data: unknown
  readonly headers: Record<string, string>

  constructor(
    code: number,
    message: string,
    options: { status?: number; data?: unknown; headers?: Record<string, string> } = {},
  ) {
    super(message)
    this.code = code
    this.status = options.status ?? 400
    this.data = options.data
    this.headers = options.headers ?? {}
  }
}

export const missing = (name: string) =>
  new ApiError(-1102, `Mandatory parameter '${name}' was not sent, was empty/null, or malformed.`)

export const illegal = (name: string, pattern: string) =>
  new ApiError(-1100, `Illegal characters found in parameter '${name}'; legal range is '${pattern}'.`)

export const invalidSymbol = () => new ApiError(-1121, 'Invalid symbol.')
export const badKeyFormat = () => new ApiError(-2014, 'API-key format invalid.', { status: 401 })
export const badKey = () => new ApiError(-2015, 'Invalid API-key, IP, or permissions for action.', { status: 401 })
export const badSignature = () => new ApiError(-1022, 'Signature for this request is not valid.')
export const tooLate = () => new ApiError(-1021, 'Timestamp for this request is outside of the recvWindow.')
export const tooEarly = () => new ApiError(-1021, "Timestamp for this request was 1000ms ahead of the server's time.")
export const unknownOrder = () => new ApiError(-2011, 'Unknown order sent.')
export const noSuchOrder = () => new ApiError(-2013, 'Order does not exist.')
export const filterFailure = (name: string) => new ApiError(-1013, `Filter failure: ${name}`)
export const rejected = (text: string) => new ApiError(-2010, text)
