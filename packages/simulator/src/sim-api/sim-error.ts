/** A request to /sim/* that cannot be done; answered as `{error}`. */
export class SimError extends Error {
  override name = 'SimError'
  readonly status: number

  constructor(message: string, status = 400) {
    super(message)
    this.status = status
  }
}
