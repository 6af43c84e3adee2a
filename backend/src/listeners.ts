/** Functions to call for a user: told that something happened, not what. */
export class UserListeners {
  private readonly byUser = new Map<number, Set<() => void>>()

  /** @returns how to stop listening */
  add(userId: number, fn: () => void): () => void {
    const own = this.byUser.get(userId) ?? new Set()
    this.byUser.set(userId, own)
    own.add(fn)
    return () => {
      own.delete(fn)
      if (own.size === 0 && this.byUser.get(userId) === own) this.byUser.delete(userId)
    }
  }

  call(userId: number): void {
    for (const fn of this.byUser.get(userId) ?? []) fn()
  }

  callAll(): void {
    for (const userId of [...this.byUser.keys()]) this.call(userId)
  }
}
