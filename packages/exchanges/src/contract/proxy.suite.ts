import { createServer, request } from 'node:http'
import type { AddressInfo } from 'node:net'

/** `request`: cut before the exchange has heard it. `answer`: the exchange has done it, nobody is told. */
export type Loss = 'request' | 'answer'

export interface LossyProxy {
  url: string
  /** Method and path of every request so far. */
  seen: string[]
  /** Loses the next request that may change something. */
  loseNext(loss: Loss): void
  close(): Promise<void>
}

/** Stands between an adapter and an exchange's REST calls: keeps what was asked, and loses what a test wants lost. */
export async function startLossyProxy(target: string): Promise<LossyProxy> {
  const seen: string[] = []
  let next: Loss | null = null
  const { hostname, port } = new URL(target)
  const server = createServer((incoming, outgoing) => {
    const { method, url: path, headers } = incoming
    seen.push(`${method} ${(path ?? '').split('?')[0]}`)
    const loss = method === 'GET' ? null : next
    if (loss !== null) next = null
    if (loss === 'request') {
      incoming.socket.destroy()
      return
    }
    const onward = request({ hostname, port, method, path, headers }, (answer) => {
      if (loss === 'answer') {
        answer.resume().on('end', () => incoming.socket.destroy())
        return
      }
      outgoing.writeHead(answer.statusCode ?? 502, answer.headers)
      answer.pipe(outgoing)
    })
    onward.on('error', () => outgoing.destroy())
    incoming.pipe(onward)
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    seen,
    loseNext(loss) {
      next = loss
    },
    close() {
      server.closeAllConnections()
      return new Promise<void>((resolve) => server.close(() => resolve()))
    },
  }
}
