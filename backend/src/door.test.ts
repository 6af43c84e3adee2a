import { request } from 'node:http'
import { createServer } from 'node:net'
import { afterEach, expect, it } from 'vitest'
import { Door } from './door.ts'

const doors: Door[] = []
afterEach(async () => {
  for (const door of doors.splice(0)) await door.close()
})
async function listen(host: string): Promise<Door> {
  const door = await Door.listen({ host, port: 0 })
  doors.push(door)
  return door
}

it('answers 503 as a problem until it is open and once it is shut', async () => {
  const door = await listen('127.0.0.1')
  const ask = async () => {
    const answer = await fetch(`${door.url}/readyz`)
    return { status: answer.status, type: answer.headers.get('content-type'), body: await answer.json() }
  }
  const refused = { status: 503, type: 'application/problem+json' }
  expect(await ask()).toMatchObject({ ...refused, body: { status: 503, code: 'starting' } })
  door.open((_request, response) => response.end('{"is":"open"}'))
  expect(await ask()).toMatchObject({ status: 200, body: { is: 'open' } })
  door.shut()
  expect(await ask()).toMatchObject({ ...refused, body: { code: 'stopping' } })
})

it('refuses an upgrade while it is not open', async () => {
  const door = await listen('127.0.0.1')
  const headers = { connection: 'upgrade', upgrade: 'websocket' }
  const status = await new Promise((resolve, reject) => {
    const upgrade = request(door.url, { headers }, (answer) => resolve(answer.resume().statusCode))
    upgrade.on('error', reject).end()
  })
  expect(status).toBe(503)
})

it('names the port it cannot have, and frees the one it had', async () => {
  const door = await listen('127.0.0.1')
  const { port } = door
  await expect(Door.listen({ host: '127.0.0.1', port })).rejects.toThrow(`Port ${port} on 127.0.0.1 is taken`)
  await doors.pop()?.close()
  const next = createServer()
  await new Promise<void>((resolve, reject) => next.on('error', reject).listen(port, '127.0.0.1', resolve))
  await new Promise((resolve) => next.close(resolve))
})

it('tells the address to open, whatever it listens on', async () => {
  for (const [host, shown] of [
    ['127.0.0.1', '127.0.0.1'],
    ['0.0.0.0', '127.0.0.1'],
    ['localhost', 'localhost'],
  ] as const) {
    const door = await listen(host)
    expect(door.url).toBe(`http://${shown}:${door.port}`)
    expect((await fetch(door.url)).status).toBe(503)
  }
})
