import { exchangeContract } from '../contract/contract.suite.ts'
import { bybit } from './venue.ts'

exchangeContract({
  venue: bybit,
  trading_mode: 'spot',
  symbol: 'BTCUSDT',
  price: '95000',
  below: '92000',
  above: '98000',
  taking: '95100',
  long_ids: { symbol: 'ETHUSDT', quantity: '0.1' },
  unicode: null,
  unaffordable: '2',
  deep: '0.9',
  broken: { tick: '92000.001', step: '0.0100000001', quantity: '0.0000001', notional: '0.00001' },
  tells_transfer_right: true,
  endless_session: true,
  loses_cancels: true,
  announces_shutdown: false,
})
