import { binanceFuturesFuzzTarget } from '../binance/futures/fuzz-target.suite.ts'
import { binanceSpotFuzzTarget } from '../binance/spot/fuzz-target.suite.ts'
import { bybitFuzzTarget } from '../bybit/fuzz-target.suite.ts'
import { okxFuzzTarget } from '../okx/fuzz-target.suite.ts'
import type { FuzzTarget } from './fuzz.suite.ts'

/** Every adapter's way from a frame to events. */
export const fuzzTargets: readonly FuzzTarget[] = [
  binanceSpotFuzzTarget,
  binanceFuturesFuzzTarget,
  okxFuzzTarget,
  bybitFuzzTarget,
]
