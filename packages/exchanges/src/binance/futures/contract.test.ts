import { startSimulator } from '@tradercoin/simulator'
import { exchangeContract } from '../../contract.suite.ts'

exchangeContract({
  exchange: 'binance',
  trading_mode: 'futures',
  start: (limits) => startSimulator({ port: 0, seed: 7, limits, bot: false }),
  symbol: 'BTCUSDT',
  longIdSymbol: 'ETHUSDT',
  restingPrice: '92000',
  insidePrice: '95000',
  takingPrice: '95100',
  unaffordable: '9000',
  announcesShutdown: false,
})
