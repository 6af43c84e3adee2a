import { exchangeContract } from '../contract/contract.suite.ts'
import { okx } from './venue.ts'

exchangeContract({
  venue: okx,
  trading_mode: 'spot',
  symbol: 'BTC-USDT',
  price: '95000',
  below: '92000',
  above: '98000',
  taking: '95100',
  // A storm trades every market of the account.
  contract_sizes: { 'BTC-USDT-SWAP': '0.01', 'BTC-USDT-281229': '0.01', 'ETH-USDT-SWAP': '0.1' },
  long_ids: { symbol: 'ETH-USDT', quantity: '0.1' },
  unicode: { symbol: '这是测试币456-USDT', quantity: '10', price: '1.1' },
  unaffordable: '9000',
  deep: '1',
  broken: { tick: '92000.05', step: '0.010000001', quantity: '0.000001', notional: '0.000001' },
  tells_transfer_right: false,
  endless_session: true,
  announces_shutdown: true,
})
