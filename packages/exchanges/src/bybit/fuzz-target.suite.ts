import { fieldsOf, isEmptyList, listsOf, readJson } from '../fuzz/frame-fields.suite.ts'
import type { FuzzTarget } from '../fuzz/fuzz.suite.ts'
import { categories, InstrumentBook } from './category.ts'
import { readReply } from './frame.ts'
import { parseStreamFrame } from './parse.ts'
import { parseInstruments } from './symbols.ts'
import { fixture, fixtureNames } from './test-fixtures.ts'

const instruments = new InstrumentBook(
  categories.flatMap((category) => {
    const { list } = fieldsOf(fieldsOf(fixture(`rest-instruments-${category}`).value).result)
    return parseInstruments(listsOf(list)[0] ?? [], category)
  }),
)
const context = { instruments, positionSideOf: () => null, marginMode: null }
const receivedAt = 1_795_336_000_000

const isWallet = (frame: unknown) => /^wallet/.test(String(fieldsOf(frame).topic))

/** Pushes of the private stream, as they are among the fixtures. */
export const bybitFuzzTarget: FuzzTarget = {
  name: 'bybit',
  frames: fixtureNames()
    .filter((name) => !/^(rest|reply)-/.test(name))
    .map((name) => fixture(name).text),
  read: (text) =>
    readJson(text, (frame) => (readReply(frame) === null ? parseStreamFrame(frame, text, context, receivedAt) : [])),
  rows(frame) {
    const [data] = listsOf(fieldsOf(frame).data)
    if (data === undefined) return []
    return isWallet(frame) ? listsOf(fieldsOf(data[0]).coin) : [data]
  },
  isSilent(frame) {
    const { topic, data } = fieldsOf(frame)
    if (readReply(frame) !== null) return true
    if (!/^(order|execution|position|wallet)(\.[a-z]+)?$/.test(String(topic))) return false
    if (isEmptyList(data)) return true
    return (
      isWallet(frame) &&
      listsOf(data)
        .flat()
        .every((wallet) => isEmptyList(fieldsOf(wallet).coin))
    )
  },
}
