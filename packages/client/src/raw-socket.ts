/** What the two kinds of WebSocket (the browser's and Node's) have in common for us. */
export interface RawSocket {
  send(text: string): void
  /** Closes with a code the other side is told. */
  close(code: number): void
  /** Gives the connection up without waiting for the other side, which may be gone. */
  abandon(): void
}

export interface RawSocketHandlers {
  onOpen(): void
  onText(text: string): void
  /** Called once; `code` 1006 with a reason of our own when the connection just ended. */
  onClose(code: number, reason: string): void
}

/** Opens a WebSocket. It never throws: a URL or a network that does not work ends in `onClose`. */
export type OpenSocket = (url: string, handlers: RawSocketHandlers) => RawSocket
