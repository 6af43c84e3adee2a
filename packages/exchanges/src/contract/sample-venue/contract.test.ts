import { startSimulator } from '@tradercoin/simulator'
import { SampleVenue } from '@tradercoin/simulator/sample-venue'
import { exchangeContract } from '../contract.suite.ts'
import { sample } from './venue.suite.ts'

exchangeContract({
  venue: sample,
  trading_mode: 'spot',
  symbol: 'BTC-USDT',
  price: '95000',
  below: '92000',
  above: '98000',
  taking: '95100',
  long_ids: { symbol: 'ETH-USDT', quantity: '0.1' },
  unicode: null,
  unaffordable: '2',
  deep: '0.9',
  broken: { tick: '92000.05', step: '0.01005', quantity: '0.00005', notional: '0.0001' },
  tells_transfer_right: true,
  endless_session: true,
  announces_shutdown: false,
  start: (limits) =>
    startSimulator({ port: 0, seed: 7, limits, bot: false, more: [(world) => new SampleVenue(world)] }),
})
