import { once } from 'node:events'
import { type AddressInfo, connect, createServer, type Socket } from 'node:net'

/** A line to a server on this machine that can be cut. */
export interface CuttableLine extends AsyncDisposable {
  /** `127.0.0.1:<port>` */
  host: string
  /** While set, new connections end at once. */
  isDown: boolean
  /** Ends every connection. */
  cut(): void
}

export async function cuttableLine(port: number): Promise<CuttableLine> {
  const sockets = new Set<Socket>()
  const server = createServer((near) => {
    if (line.isDown) {
      near.destroy()
      return
    }
    const far = connect(port, '127.0.0.1')
    for (const [socket, other] of [
      [near, far],
      [far, near],
    ] as const) {
      sockets.add(socket)
      socket.pipe(other)
      socket.on('error', () => other.destroy())
      socket.on('close', () => {
        sockets.delete(socket)
        other.destroy()
      })
    }
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const cut = () => {
    for (const socket of sockets) socket.destroy()
  }
  const line: CuttableLine = {
    isDown: false,
    host: `127.0.0.1:${(server.address() as AddressInfo).port}`,
    cut,
    async [Symbol.asyncDispose]() {
      cut()
      server.close()
      await once(server, 'close')
    },
  }
  return line
}
