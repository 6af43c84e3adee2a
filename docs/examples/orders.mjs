// Prints every event of your account as it happens. Needs Node 20 and the package `ws`, nothing else.
//   HUB=http://127.0.0.1:8080 EMAIL=you@example.org PASSWORD=... node docs/examples/orders.mjs
import WebSocket from 'ws'

const { HUB = 'http://127.0.0.1:8080', EMAIL: email, PASSWORD: password } = process.env
let resume // { epoch, seq } of the last event that was handled: the hub sends what follows it

async function connect() {
  const answer = await fetch(`${HUB}/api/v1/auth/login`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ email, password }),
  })
  if (!answer.ok) throw new Error(`login: ${answer.status} ${await answer.text()}`)
  const { access_token: token } = await answer.json()
  const socket = new WebSocket(`${HUB.replace('http', 'ws')}/api/v1/trading/ws`)
  socket.on('open', () => socket.send(JSON.stringify({ type: 'auth', data: { token, resume } })))
  socket.on('message', (frame) => {
    const { type, seq, data } = JSON.parse(frame)
    if (type === 'snapshot') resume = { epoch: data.epoch, seq: data.seq }
    if (seq !== undefined && seq > resume.seq + 1) return socket.close(4010)
    if (seq === undefined || seq <= resume.seq) return
    resume.seq = seq
    console.log(seq, type, data.symbol ?? data.asset, data.side ?? '', data.status ?? '', data.quantity ?? data.total)
  })
  return new Promise((done) => socket.on('error', console.error).on('close', (code) => done(code)))
}
while ((await connect()) < 4500) await new Promise((wake) => setTimeout(wake, 1000))
