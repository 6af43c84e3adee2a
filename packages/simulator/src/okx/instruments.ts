import type { Big } from '../engine/decimal.ts'
import { type Instrument, instrument, settleAsset } from '../engine/instrument.ts'
import type { Market } from '../engine/market.ts'

/** What OKX trades here, and how it writes an instrument (fact sheet: okx.md section 3.4). */

export type InstType = 'SPOT' | 'SWAP' | 'FUTURES'

const FIRST_CODE = 10_001
const LISTED = '1548133413000'
const MAX_LEVERAGE = 100

function spot(base: string, startPrice: string, tick: string, step: string, firstTradeId: bigint): Instrument {
  return instrument({
    symbol: `${base}-USDT`,
    base,
    quote: 'USDT',
    tick,
    step,
    minPrice: tick,
    maxPrice: '4500000',
    minQty: step,
    maxQty: '9999999999',
    marketMaxQty: '1000000',
    minNotional: '1',
    makerRate: '0.0008',
    takerRate: '0.001',
    startPrice,
    levelNotional: '60000',
    firstOrderId: 1n,
    firstTradeId,
  })
}

function contract(
  symbol: string,
  [base, quote, kind]: [base: string, quote: string, kind: 'linear' | 'inverse'],
  contractSize: string,
  startPrice: string,
  [tick, step]: [tick: string, step: string],
  firstTradeId: bigint,
): Instrument {
  return instrument({
    symbol,
    kind,
    base,
    quote,
    contractSize,
    tick,
    step,
    minPrice: tick,
    maxPrice: '4500000',
    minQty: step,
    maxQty: '100000000',
    marketMaxQty: '12000',
    minNotional: '1',
    makerRate: '0.0002',
    takerRate: '0.0005',
    startPrice,
    levelNotional: '120000',
    firstOrderId: 1n,
    firstTradeId,
  })
}

export const OKX_INSTRUMENTS: Instrument[] = [
  spot('BTC', '95000', '0.1', '0.00000001', 781_000_001n),
  spot('ETH', '2400', '0.01', '0.000001', 681_000_001n),
  contract('BTC-USDT-SWAP', ['BTC', 'USDT', 'linear'], '0.01', '95000', ['0.1', '0.01'], 1_399_000_001n),
  contract('ETH-USDT-SWAP', ['ETH', 'USDT', 'linear'], '0.1', '2400', ['0.01', '0.01'], 1_299_000_001n),
  spot('SOL', '180', '0.01', '0.000001', 481_000_001n),
  spot('XRP', '0.52', '0.0001', '0.000001', 381_000_001n),
  spot('这是测试币456', '1.2', '0.0001', '0.01', 81_000_001n),
  contract('SOL-USDT-SWAP', ['SOL', 'USDT', 'linear'], '1', '180', ['0.01', '0.01'], 999_000_001n),
  contract('BTC-USDT-281229', ['BTC', 'USDT', 'linear'], '0.01', '96000', ['0.1', '0.1'], 99_000_001n),
  contract('BTC-USD-SWAP', ['BTC', 'USD', 'inverse'], '100', '95000', ['0.1', '1'], 899_000_001n),
]

/** Smallest order of spot pairs, in base coins. */
const SPOT_LEAST: Record<string, string> = { BTC: '0.00001', ETH: '0.0001', SOL: '0.001', XRP: '1' }

export function instTypeOf({ kind, symbol }: Instrument): InstType {
  if (kind === 'spot') return 'SPOT'
  return symbol.endsWith('-SWAP') ? 'SWAP' : 'FUTURES'
}

/** "BTC-USDT" of "BTC-USDT-SWAP"; empty for spot. */
export function familyOf(each: Instrument): string {
  return each.kind === 'spot' ? '' : `${each.base}-${each.quote}`
}

/** The integer that stands for an instrument in WebSocket orders. */
export function codeOf(each: Instrument): number {
  return FIRST_CODE + OKX_INSTRUMENTS.indexOf(each)
}

export function leastQty({ kind, base, minQty }: Instrument): string {
  return (kind === 'spot' ? SPOT_LEAST[base] : undefined) ?? minQty.toFixed()
}

export function maxMarketQty({ kind, marketMaxQty }: Instrument): Big {
  return marketMaxQty.times(kind === 'spot' ? 100 : 1)
}

export function isOfType(market: Market, instType: string | undefined): boolean {
  return instType === undefined || instType === 'ANY' || instTypeOf(market.instrument) === instType
}

/** A row of public/instruments. */
export function instrumentRow(each: Instrument): Record<string, unknown> {
  const isSpot = each.kind === 'spot'
  const instType = instTypeOf(each)
  const none = (text: string) => (isSpot ? '' : text)
  return {
    alias: instType === 'FUTURES' ? 'next_quarter' : '',
    auctionEndTime: '',
    baseCcy: isSpot ? each.base : '',
    category: '1',
    contTdSwTime: '',
    ctMult: none('1'),
    ctType: isSpot ? '' : each.kind,
    ctVal: none(each.contractSize.toFixed()),
    ctValCcy: none(each.kind === 'inverse' ? each.quote : each.base),
    expTime: instType === 'FUTURES' ? expiryOf(each.symbol) : '',
    futureSettlement: false,
    groupId: isSpot ? '1' : '4',
    instFamily: familyOf(each),
    instId: each.name,
    instIdCode: codeOf(each),
    instType,
    lever: isSpot ? '10' : String(MAX_LEVERAGE),
    listTime: LISTED,
    lotSz: each.step.toFixed(),
    maxIcebergSz: each.maxQty.toFixed(),
    maxLmtAmt: '20000000',
    maxLmtSz: each.maxQty.toFixed(),
    maxMktAmt: isSpot ? '1000000' : '',
    maxMktSz: isSpot ? '1000000' : each.marketMaxQty.toFixed(),
    maxStopSz: isSpot ? '1000000' : each.marketMaxQty.toFixed(),
    maxTriggerSz: each.maxQty.toFixed(),
    maxTwapSz: each.maxQty.toFixed(),
    minSz: leastQty(each),
    openType: '',
    optType: '',
    preMktSwTime: '',
    quoteCcy: isSpot ? each.quote : '',
    ruleType: 'normal',
    settleCcy: none(settleAsset(each)),
    state: 'live',
    stk: '',
    tickSz: each.tick.toFixed(),
    tradeQuoteCcyList: isSpot ? [each.quote] : [],
    uly: familyOf(each),
    upcChg: [],
  }
}

/** 08:00 UTC of the day in the id's last part, yymmdd. */
function expiryOf(symbol: string): string {
  const day = symbol.slice(-6)
  return String(Date.parse(`20${day.slice(0, 2)}-${day.slice(2, 4)}-${day.slice(4)}T08:00:00Z`))
}
