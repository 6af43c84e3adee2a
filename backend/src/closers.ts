/** What has been opened, to be closed in the opposite order, once. One that fails does not keep the others open. */
export class Closers {
  private readonly list: (() => unknown)[] = []
  private closing: Promise<void> | null = null

  add(close: () => unknown): void {
    this.list.push(close)
  }

  close(): Promise<void> {
    this.closing ??= this.closeAll()
    return this.closing
  }

  private async closeAll(): Promise<void> {
    for (const close of this.list.splice(0).reverse())
      await Promise.resolve()
        .then(close)
        .catch(() => {})
  }
}
