import { fixturesIn } from '../test-fixtures.ts'

export const { fixture, fixtureNames } = fixturesIn(new URL('./fixtures/', import.meta.url))
