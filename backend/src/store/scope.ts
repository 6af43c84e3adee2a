/** Whose data a read may see. Every read of user data takes one: there is no query of user data without it. */
export interface UserScope {
  readonly user_id: number
}
