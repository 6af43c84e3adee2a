import { WebSocket } from 'ws'

/* The tabs of the benchmark: one socket a user, opened a hundred at a time; counts what arrives. */

const sockets = []
let events = 0
let closed = 0

function count(data) {
  const start = data.toString('latin1', 0, 20)
  // A seq stands behind the type of each committed event; what is state carries none.
  const isState = /^\{"type":"(snapshot|heartbeat|ready|key_status|reauth)/.test(start)
  if (!isState) events++
}

function open({ url, auth }) {
  return new Promise((resolve, reject) => {
    const socket = new WebSocket(url, { perMessageDeflate: false })
    sockets.push(socket)
    socket.once('error', reject)
    socket.once('close', () => {
      closed++
    })
    socket.once('open', () => {
      socket.on('message', count)
      if (auth === null) return resolve()
      socket.once('message', () => resolve())
      socket.send(auth)
    })
  })
}

process.on('message', async (message) => {
  if (message.do === 'count') process.send({ events, closed })
  else if (message.do === 'open') {
    for (let at = 0; at < message.tabs.length; at += 50) await Promise.all(message.tabs.slice(at, at + 50).map(open))
    process.send({ opened: sockets.length })
  }
})
