import { fieldsOf, isEmptyList, listsOf, readJson } from '../../fuzz/frame-fields.suite.ts'
import type { FuzzTarget } from '../../fuzz/fuzz.suite.ts'
import { parseStreamEvent } from './parse.ts'
import { fixture, fixtureNames } from './test-fixtures.ts'

const isPosition = (frame: unknown) => fieldsOf(frame).e === 'outboundAccountPosition'

export const binanceSpotFuzzTarget: FuzzTarget = {
  name: 'binance spot',
  frames: fixtureNames()
    .filter((name) => !name.startsWith('rest-'))
    .map((name) => fixture(name).text),
  read: (text) => readJson(text, (frame) => parseStreamEvent(frame, text)),
  rows: (frame) => (isPosition(frame) ? listsOf(fieldsOf(frame).B) : []),
  isSilent: (frame) => isPosition(frame) && isEmptyList(fieldsOf(frame).B),
}
