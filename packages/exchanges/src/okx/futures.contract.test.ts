import { exchangeContract } from '../contract/contract.suite.ts'
import { setPositionMode } from './owner.suite.ts'
import { okx } from './venue.ts'

exchangeContract({
  venue: okx,
  trading_mode: 'futures',
  symbol: 'BTC-USDT-SWAP',
  price: '95000',
  below: '92000',
  above: '98000',
  taking: '95100',
  contract_sizes: { 'BTC-USDT-SWAP': '0.01', 'BTC-USDT-281229': '0.01', 'ETH-USDT-SWAP': '0.1' },
  long_ids: { symbol: 'ETH-USDT-SWAP', quantity: '0.1' },
  unicode: null,
  unaffordable: '9000',
  deep: '3',
  broken: { tick: '92000.05', step: '0.01005', quantity: '0.00001', notional: '0.00001' },
  owner: { hedge: (url, { credentials }) => setPositionMode(url, credentials, 'long_short_mode') },
  tells_transfer_right: false,
  endless_session: true,
  announces_shutdown: true,
})
