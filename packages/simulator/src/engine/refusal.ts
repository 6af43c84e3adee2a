/** Why the engine did not do what was asked. Each venue turns the reason into its own code and text. */
export type RefusalReason =
  | 'insufficient_funds'
  | 'duplicate_client_id'
  | 'would_take'
  | 'would_trigger'
  | 'fok_unfillable'
  | 'unknown_order'
  | 'reduce_only'
  | 'no_change'
  | 'quantity_increase'
  | 'no_liquidity'
  | 'bad_list_prices'

/** Thrown before anything was changed: a refused request leaves no trace. */
export class Refusal extends Error {
  override name = 'Refusal'
  readonly reason: RefusalReason

  constructor(reason: RefusalReason, message?: string) {
    super(message ?? reason)
    this.reason = reason
  }
}
