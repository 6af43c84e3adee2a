import type { Endpoint } from '../binance/api.ts'
import type { SpotVenue } from './venue.ts'

/** The /sapi calls a hub needs: what a key may do, and fees (fact sheet: binance-rest.md section 7). */
export function walletEndpoints(venue: SpotVenue): Endpoint[] {
  return [
    {
      rest: 'GET /sapi/v1/account/apiRestrictions',
      security: 'USER_STREAM',
      weight: 1,
      params: '',
      run: ({ account }) => ({
        ipRestrict: account.can('ip_restrict') || account.ips.length > 0,
        createTime: account.createdAt,
        enableReading: account.can('read'),
        enableWithdrawals: account.can('withdraw'),
        enableInternalTransfer: account.can('internal_transfer'),
        enableMargin: account.can('margin'),
        enableFutures: account.mode === 'futures' && account.can('trade'),
        permitsUniversalTransfer: account.can('universal_transfer'),
        enableVanillaOptions: false,
        enableFixApiTrade: false,
        enableFixReadOnly: false,
        enableSpotAndMarginTrading: account.mode === 'spot' && account.can('trade'),
        enablePortfolioMarginTrading: account.can('portfolio_margin'),
      }),
    },
    {
      rest: 'GET /sapi/v1/asset/tradeFee',
      security: 'USER_DATA',
      weight: 1,
      params: 'symbol',
      run: ({ params }) => {
        const symbol = params.text('symbol')
        return [...venue.engine.markets.values()]
          .filter((market) => symbol === undefined || market.symbol === symbol)
          .map(({ symbol, instrument }) => ({
            symbol,
            makerCommission: instrument.makerRate.toFixed(),
            takerCommission: instrument.takerRate.toFixed(),
          }))
      },
    },
  ]
}
