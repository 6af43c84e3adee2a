import { describe, expect, it } from 'vitest'
import { createLog } from './log.ts'

function logged(act: (log: ReturnType<typeof createLog>) => void): string {
  const lines: string[] = []
  act(createLog({ logLevel: 'debug', nodeName: 'test' }, { write: (line: string) => void lines.push(line) }))
  return lines.join('')
}

describe('createLog', () => {
  it('writes one JSON line with level and time in words', () => {
    const line = JSON.parse(logged((log) => log.info({ tabs: 3 }, 'hub_started')))
    expect(line).toMatchObject({ level: 'info', node: 'test', tabs: 3, msg: 'hub_started' })
    expect(Date.parse(line.time)).toBeGreaterThan(0)
  })

  it('prints no secret field, at any of three levels', () => {
    const text = logged((log) =>
      log.info({ token: 'canary-1', body: { password: 'canary-2' }, a: { b: { api_secret: 'canary-3' } } }),
    )
    expect(text).not.toContain('canary')
  })

  it('prints no query of a URL and nothing that hangs on an error', () => {
    const error = Object.assign(new Error('failed: wss://host.example/ws?listenKey=canary-4&x=1'), {
      request: { headers: { 'X-MBX-APIKEY': 'canary-5' } },
      cause: new Error('canary-6'),
    })
    const text = logged((log) => log.error({ err: error }, 'stream_failed'))
    expect(text).not.toContain('canary')
    expect(text).toContain('wss://host.example/ws?[cut]')
  })

  it('keeps a line break in a value inside its line', () => {
    const text = logged((log) => log.info({ label: 'x\n{"level":"fatal"}' }, 'key_added'))
    expect(text.trimEnd().split('\n')).toHaveLength(1)
  })
})
