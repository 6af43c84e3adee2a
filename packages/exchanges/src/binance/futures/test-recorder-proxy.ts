import { createServer, request } from 'node:http'
import type { AddressInfo } from 'node:net'

/** Passes HTTP requests on to `target` and keeps their method and path, so that a test can say what was never asked. */
export async function startRecorderProxy(target: string) {
  const seen: string[] = []
  const { hostname, port } = new URL(target)
  const server = createServer((incoming, outgoing) => {
    seen.push(`${incoming.method} ${(incoming.url ?? '').split('?')[0]}`)
    const { method, url: path, headers } = incoming
    const onward = request({ hostname, port, method, path, headers }, (answer) => {
      outgoing.writeHead(answer.statusCode ?? 502, answer.headers)
      answer.pipe(outgoing)
    })
    onward.on('error', () => outgoing.destroy())
    incoming.pipe(onward)
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    /** Method and path of every request so far. */
    seen,
    close() {
      server.closeAllConnections()
      return new Promise<void>((resolve) => server.close(() => resolve()))
    },
  }
}
