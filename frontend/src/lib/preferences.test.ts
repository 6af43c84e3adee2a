import { describe, expect, it } from 'vitest'
import { parsePreferences } from './preferences.ts'

describe('stored preferences', () => {
  it('starts in the theme of the system and in the language of the browser when we speak it', () => {
    expect(parsePreferences(null, ['fr-FR', 'vi-VN'])).toEqual({
      theme: 'system',
      locale: 'vi',
      zone: 'local',
      hiddenColumns: [],
      ticketOpen: true,
    })
    expect(parsePreferences(null, ['fr']).locale).toBe('en')
  })

  it.each(['not json', 'null', '[]', '{"theme":7,"locale":"xx","zone":{},"hiddenColumns":[1]}'])(
    'falls back where %s makes no sense',
    (text) => {
      expect(parsePreferences(text, [])).toEqual({
        theme: 'system',
        locale: 'en',
        zone: 'local',
        hiddenColumns: [],
        ticketOpen: true,
      })
    },
  )
})
