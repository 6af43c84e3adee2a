/** The store cannot be used as it is; the message says why and what to do. */
export class StoreRefusal extends Error {
  override readonly name = 'StoreRefusal'
}

/**
 * A job's expected refusal: nothing of that job is stored, the jobs beside it are. Codes of the writer itself:
 * `busy` (too many jobs waiting, try later), `fenced` (a newer hub owns the database), `closed` (the writer has ended),
 * `storage` (the disk or the database refused the transaction; `message` says how), `failed` (the job threw).
 */
export class JobError extends Error {
  override readonly name = 'JobError'
  readonly code: string

  constructor(code: string, message: string = code) {
    super(message)
    this.code = code
  }
}
