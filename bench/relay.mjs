import { performance } from 'node:perf_hooks'
import { WebSocket, WebSocketServer } from 'ws'

/*
 * The floor the hub is compared with: a bare relay. It holds the same sockets and copies each frame from the exchange to the
 * tab of its account, unread but for the subscription id; it parses no order, checks nothing, stores nothing.
 */

const server = new WebSocketServer({ port: 0, host: '127.0.0.1', perMessageDeflate: false, maxPayload: 16_384 })
const tabs = new Map()
let latencies = []
let frames = 0
server.on('connection', (socket, request) => {
  tabs.set(Number(request.url.slice(1)), socket)
})

/** One socket to the exchange with its share of the accounts. `requests`: signed subscriptions, their id is the tab's number. */
async function connect(upstream, ca, requests) {
  const socket = new WebSocket(upstream, { ca, perMessageDeflate: false })
  await new Promise((resolve, reject) => socket.once('open', resolve).once('error', reject))
  const tabOf = []
  let answered = 0
  await new Promise((resolve, reject) => {
    socket.on('message', (data) => {
      const startedAt = performance.now()
      const text = data.toString()
      const subscription = /^\{"subscriptionId":(\d+)/.exec(text)?.[1]
      if (subscription !== undefined) {
        tabs.get(tabOf[Number(subscription)])?.send(data, { binary: false })
        frames++
        latencies.push(performance.now() - startedAt)
        return
      }
      const answer = JSON.parse(text)
      if (answer.status !== 200) return reject(new Error(text))
      tabOf[answer.result.subscriptionId] = Number(answer.id)
      if (++answered === requests.length) resolve()
    })
    for (const request of requests) socket.send(request)
  })
}

process.on('message', async (message) => {
  if (message.do === 'connect') {
    for (const requests of message.groups) await connect(message.upstream, message.ca, requests)
    process.send({ connected: true })
  } else if (message.do === 'measure') {
    globalThis.gc()
    process.send({ rss: process.memoryUsage.rss(), cpu: process.cpuUsage(), frames, latencies })
    latencies = []
    frames = 0
  }
})
server.once('listening', () => process.send({ port: server.address().port }))
