import { expect, vi } from 'vitest'
import { Follower } from '../test-simulator.ts'
import { type Card, card } from './card.suite.ts'
import { soon } from './harness.suite.ts'

export const stormCards: readonly Card[] = [
  card(
    'C199',
    'a storm through losses, duplicates, disorder and unreadable frames: in the end every order and execution is known, once',
    async (h) => {
      const stormy = await h.startExchange('off')
      h.cleanup(() => stormy.close())
      const weather = h.controls(stormy.url)
      const exchange = h.open({ url: stormy.url })
      const accounts = await Promise.all([weather.account(), weather.account(), weather.account()])
      const followers = accounts.map(({ credentials }) => {
        const follower = new Follower((known) => exchange.fetchSnapshot(credentials, known))
        const stream = exchange.openStream(credentials, follower)
        h.cleanup(() => stream.close())
        return follower
      })
      await vi.waitFor(() => expect(followers.every((follower) => follower.ups === 1)).toBe(true), soon)
      for (const account of accounts) {
        await weather.fault('duplicate_events', { count: 20 }, account)
        await weather.fault('reorder_events', { count: 40, window: 5 }, account)
        await weather.fault('malformed_frame', { count: 1 }, account)
      }
      let raging = true
      const ids = accounts.map((account) => account.account_id)
      const storm = weather.storm(ids, 300, 120, 5).finally(() => {
        raging = false
      })
      while (raging) {
        const before = followers.map(({ ups }) => ups)
        await weather.fault('drop_connection')
        await vi.waitFor(() => expect(followers.every(({ ups }, index) => ups > (before[index] ?? 0))).toBe(true), soon)
      }
      await storm
      await vi.waitFor(
        async () => {
          await Promise.all(followers.map((follower) => follower.settled()))
          for (const [index, account] of accounts.entries())
            await h.expectLedger(account, followers[index]?.events ?? [], weather)
        },
        { timeout: 20_000, interval: 200 },
      )
      expect(followers.every((follower) => follower.downs.length > 1)).toBe(true)
    },
    60_000,
  ),
]
