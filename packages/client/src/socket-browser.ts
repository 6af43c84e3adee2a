import type { OpenSocket } from './raw-socket.ts'

/** The part of the browser's WebSocket that is used; its types would bring all of the DOM into Node's code. */
interface BrowserSocket {
  readonly readyState: number
  onopen: (() => void) | null
  onmessage: ((event: { data: unknown }) => void) | null
  onclose: ((event: { code: number; reason: string }) => void) | null
  send(text: string): void
  close(code?: number): void
}
const open = 1

export const openSocket: OpenSocket = (url, handlers) => {
  const { WebSocket } = globalThis as unknown as { WebSocket: new (url: string) => BrowserSocket }
  const socket = new WebSocket(url)
  socket.onopen = () => handlers.onOpen()
  socket.onmessage = ({ data }) => {
    if (typeof data === 'string') handlers.onText(data)
  }
  socket.onclose = ({ code, reason }) => handlers.onClose(code, reason)
  return {
    send(text) {
      if (socket.readyState === open) socket.send(text)
    },
    close: (code) => socket.close(code),
    abandon() {
      // A browser may take minutes to report the end of a dead connection: nobody is left listening for it.
      socket.onopen = null
      socket.onmessage = null
      socket.onclose = null
      socket.close()
    },
  }
}
