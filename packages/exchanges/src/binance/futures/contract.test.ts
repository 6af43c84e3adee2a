import { exchangeContract } from '../../contract/contract.suite.ts'
import { binance } from '../venue.ts'
import { changeSetting } from './owner.suite.ts'

exchangeContract({
  venue: binance,
  trading_mode: 'futures',
  symbol: 'BTCUSDT',
  price: '95000',
  below: '92000',
  above: '98000',
  taking: '95100',
  long_ids: { symbol: 'ETHUSDT', quantity: '0.1' },
  unicode: null,
  unaffordable: '9000',
  deep: '3',
  broken: { tick: '92000.01', step: '0.0101', quantity: '0.0001', notional: '0.001' },
  owner: {
    hedge: (url, { credentials }) =>
      changeSetting(url, credentials, '/fapi/v1/positionSide/dual', { dualSidePosition: 'true' }),
    isolate: (url, { credentials }, symbol) =>
      changeSetting(url, credentials, '/fapi/v1/marginType', { symbol, marginType: 'ISOLATED' }),
  },
  tells_transfer_right: true,
  announces_shutdown: false,
})
