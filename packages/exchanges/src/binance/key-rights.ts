import type { KeyPermissions, TradingMode } from '@tradercoin/protocol'
import { z } from 'zod'

/*
 * What an API key may do. Only the live exchange (and the paper one) tells; testnet and demo have no such call.
 * https://developers.binance.com/docs/wallet/account/api-key-permission
 */

export const apiRestrictionsPath = '/sapi/v1/account/apiRestrictions'

const flag = z.boolean().default(false)

export const apiRestrictionsAnswer = z.object({
  ipRestrict: flag,
  enableReading: flag,
  enableWithdrawals: flag,
  enableInternalTransfer: flag,
  permitsUniversalTransfer: flag,
  enableSpotAndMarginTrading: flag,
  enableFutures: flag,
  enablePortfolioMarginTrading: flag,
  /** Trading rights of a key without an IP list end then (ms); absent today. */
  tradingAuthorityExpirationTime: z.int().optional(),
})
export type ApiRestrictions = z.infer<typeof apiRestrictionsAnswer>

export function readKeyRights(
  raw: ApiRestrictions,
  mode: TradingMode,
): { permissions: KeyPermissions; warnings: string[] } {
  const permissions: KeyPermissions = {
    read: raw.enableReading,
    trade: mode === 'spot' ? raw.enableSpotAndMarginTrading : raw.enableFutures,
    withdraw: raw.enableWithdrawals,
    transfer: raw.enableInternalTransfer || raw.permitsUniversalTransfer,
    ip_restricted: raw.ipRestrict,
    expires_at: raw.tradingAuthorityExpirationTime ?? null,
  }
  const warnings: string[] = []
  if (!permissions.read) warnings.push('The key lacks the right to read: nothing can be followed with it.')
  if (!permissions.trade) warnings.push(`The key may not trade ${mode}: orders can be followed but not placed.`)
  if (!permissions.ip_restricted)
    warnings.push('The key works from every address: restrict it to the address of this server.')
  if (mode === 'futures' && raw.enablePortfolioMarginTrading) {
    warnings.push('The account uses portfolio margin: its futures orders are not on this stream.')
  }
  return { permissions, warnings }
}
