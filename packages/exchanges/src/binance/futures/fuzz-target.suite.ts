import { fieldsOf, isEmptyList, listsOf } from '../../fuzz/frame-fields.suite.ts'
import type { FuzzTarget } from '../../fuzz/fuzz.suite.ts'
import { readFrame } from './frame.ts'
import { parseStreamEvent } from './parse.ts'
import { fixture, fixtureNames } from './test-fixtures.ts'

const isUpdate = (frame: unknown) => fieldsOf(frame).e === 'ACCOUNT_UPDATE'

export const binanceFuturesFuzzTarget: FuzzTarget = {
  name: 'binance futures',
  frames: fixtureNames()
    .filter((name) => !name.startsWith('rest-') && name !== 'exchange-info')
    .map((name) => fixture(name).text),
  read(text) {
    const { frame, payload } = readFrame(text)
    return parseStreamEvent(frame, payload)
  },
  rows(frame) {
    const { B, P } = fieldsOf(fieldsOf(frame).a)
    return isUpdate(frame) ? listsOf(B, P) : []
  },
  /** A TRADE_LITE announces the report that follows. */
  isSilent(frame) {
    const isWrapped = 'data' in fieldsOf(frame) && 'stream' in fieldsOf(frame)
    const event = isWrapped ? fieldsOf(frame).data : frame
    const { B, P } = fieldsOf(fieldsOf(event).a)
    return fieldsOf(event).e === 'TRADE_LITE' || (isUpdate(event) && isEmptyList(B) && isEmptyList(P))
  },
}
