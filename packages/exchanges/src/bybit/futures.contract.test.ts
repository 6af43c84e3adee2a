import { exchangeContract } from '../contract/contract.suite.ts'
import { changeSetting } from './owner.suite.ts'
import { bybit } from './venue.ts'

exchangeContract({
  venue: bybit,
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
  broken: { tick: '92000.01', step: '0.0101', quantity: '0.0001', notional: '0.00001' },
  owner: {
    hedge: (url, account) =>
      changeSetting(url, account, '/v5/position/switch-mode', { category: 'linear', symbol: 'BTCUSDT', mode: 3 }),
    isolate: (url, account) =>
      changeSetting(url, account, '/v5/account/set-margin-mode', { setMarginMode: 'ISOLATED_MARGIN' }),
  },
  tells_transfer_right: true,
  pooled_margin: true,
  endless_session: true,
  loses_cancels: true,
  announces_shutdown: false,
})
