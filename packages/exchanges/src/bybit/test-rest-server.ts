import { createServer, type IncomingHttpHeaders } from 'node:http'
import type { AddressInfo } from 'node:net'

export interface Asked {
  method: string
  path: string
  query: string
  body: string
  headers: IncomingHttpHeaders
}

export interface Answer {
  status?: number
  headers?: Record<string, string>
  /** Text is sent as it is; nothing at all when absent: the connection is cut. */
  body?: string | object
}

/** Success in the venue's envelope. */
export const success = (result: unknown): Answer => ({
  body: { retCode: 0, retMsg: 'OK', result, retExtInfo: {}, time: 1 },
})
export const failure = (retCode: number, retMsg: string, headers: Record<string, string> = {}): Answer => ({
  headers,
  body: { retCode, retMsg, result: {}, retExtInfo: {}, time: 1 },
})

/** The venue's REST interface on a free port of this machine; `answer` says what it answers, `asked` keeps what it was asked. */
export async function startRestServer(answer: (asked: Asked) => Answer) {
  const asked: Asked[] = []
  const server = createServer((request, response) => {
    const chunks: Buffer[] = []
    request.on('data', (chunk: Buffer) => chunks.push(chunk))
    request.on('end', () => {
      const [path = '', query = ''] = (request.url ?? '').split('?')
      const call = {
        method: request.method ?? '',
        path,
        query,
        body: Buffer.concat(chunks).toString(),
        headers: request.headers,
      }
      asked.push(call)
      const { status = 200, headers = {}, body } = answer(call)
      if (body === undefined) return request.socket.destroy()
      response.writeHead(status, headers)
      response.end(typeof body === 'string' ? body : JSON.stringify(body))
    })
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    asked,
    async close() {
      server.closeAllConnections()
      await new Promise((resolve) => server.close(resolve))
    },
  }
}
