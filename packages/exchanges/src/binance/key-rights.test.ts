import { expect, test } from 'vitest'
import { apiRestrictionsAnswer, readKeyRights } from './key-rights.ts'

const raw = {
  ipRestrict: true,
  createTime: 1790000000000,
  enableReading: true,
  enableWithdrawals: false,
  enableInternalTransfer: false,
  enableMargin: false,
  enableFutures: false,
  permitsUniversalTransfer: false,
  enableSpotAndMarginTrading: true,
  enablePortfolioMarginTrading: false,
}

test('reads the rights for the mode that was asked', () => {
  const answer = apiRestrictionsAnswer.parse(raw)
  expect(readKeyRights(answer, 'spot')).toEqual({
    permissions: { read: true, trade: true, withdraw: false, transfer: false, ip_restricted: true, expires_at: null },
    warnings: [],
  })
  expect(readKeyRights(answer, 'futures')).toMatchObject({
    permissions: { trade: false },
    warnings: [expect.stringContaining('may not trade futures')],
  })
})

test('a key that may move money, from anywhere, says so', () => {
  const answer = apiRestrictionsAnswer.parse({
    ...raw,
    enableWithdrawals: true,
    permitsUniversalTransfer: true,
    ipRestrict: false,
  })
  expect(readKeyRights(answer, 'spot')).toMatchObject({
    permissions: { withdraw: true, transfer: true, ip_restricted: false },
    warnings: [expect.stringContaining('every address')],
  })
})
