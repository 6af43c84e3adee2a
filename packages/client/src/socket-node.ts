import WebSocket from 'ws'
import type { OpenSocket } from './raw-socket.ts'

const closeGraceMs = 2_000

export const openSocket: OpenSocket = (url, handlers) => {
  const socket = new WebSocket(url, { perMessageDeflate: false, maxPayload: 64 * 1024 * 1024 })
  let failure = ''
  socket.on('open', () => handlers.onOpen())
  socket.on('message', (data, isBinary) => {
    if (!isBinary) handlers.onText(data.toString())
  })
  // An error is always followed by close; without a listener it would end the process.
  socket.on('error', (error) => {
    failure = error.message
  })
  socket.on('close', (code, reason) => handlers.onClose(code, reason.toString() || failure))
  return {
    send: (text) => socket.send(text, () => undefined),
    close(code) {
      socket.close(code)
      const timer = setTimeout(() => socket.terminate(), closeGraceMs)
      timer.unref()
      socket.once('close', () => clearTimeout(timer))
    },
    abandon: () => socket.terminate(),
  }
}
