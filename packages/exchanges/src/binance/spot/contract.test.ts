import { exchangeContract } from '../../contract/contract.suite.ts'
import { binance } from '../venue.ts'

exchangeContract({
  venue: binance,
  trading_mode: 'spot',
  symbol: 'BTCUSDT',
  price: '95000',
  below: '92000',
  above: '98000',
  taking: '95100',
  long_ids: { symbol: 'ETHUSDT', quantity: '0.1' },
  unicode: { symbol: '这是测试币456', quantity: '10', price: '4.2' },
  unaffordable: '2',
  deep: '0.9',
  broken: { tick: '92000.001', step: '0.010000001', quantity: '0.000001', notional: '0.00001' },
  tells_transfer_right: true,
  announces_shutdown: true,
})
