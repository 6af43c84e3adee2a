import { connect as connectTcp } from 'node:net'
import { createServer } from 'node:tls'

/* TLS in front of the paper exchange, in a process of its own, so that the hub pays for its side of TLS as it would in life. */

process.once('message', ({ key, cert, target }) => {
  const server = createServer({ key, cert }, (client) => {
    const upstream = connectTcp(target, '127.0.0.1')
    client.pipe(upstream).pipe(client)
    client.on('error', () => upstream.destroy())
    upstream.on('error', () => client.destroy())
  })
  server.listen(0, '127.0.0.1', () => process.send({ port: server.address().port }))
})
