/** An answer of Bybit that is an error: a code and text in the usual envelope, or (rarely) an HTTP status of its own. */
export class ApiError extends Error {
  override name = 'ApiError'
  readonly code: number
  /** 200 for all errors that the matching side knows; 401, 403, 404 come without an envelope. */
  readonly status: number

  constructor(code: number, message: string, status = 200) {
    super(message)
    this.code = code
    this.status = status
  }
}

export const badParameter = (text: string) => new ApiError(10001, text)
export const missing = (name: string) => badParameter(`params error: ${name} is required`)
export const invalid = (name: string) => badParameter(`params error: ${name} invalid`)
export const badKey = () => new ApiError(10003, 'API key is invalid.')
export const badAddress = () => new ApiError(10010, "Unmatched IP, please check your API key's bound IP addresses.")
export const keyExpired = () => new ApiError(33004, 'Your api key has expired.')
export const badSignature = () => new ApiError(10004, 'error sign! please check your signature generation algorithm.')
export const forbidden = () => new ApiError(10005, 'Permission denied, please check your API key permissions.')
export const tooMany = () => new ApiError(10006, 'Too many visits. Exceeded the API Rate Limit.')
export const badTime = (given: number, now: number, window: number) =>
  new ApiError(
    10002,
    `invalid request, please check your server timestamp or recv_window param. req_timestamp[${given}],server_timestamp[${now}],recv_window[${window}]`,
  )
export const accessTooFrequent = () => new ApiError(403, 'access too frequent', 403)
export const notFound = () => new ApiError(404, 'Not Found', 404)
export const lostAnswer = () => new ApiError(10000, 'Server Timeout')
