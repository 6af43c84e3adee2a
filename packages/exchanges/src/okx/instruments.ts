import { type Decimal, multiplyDecimal } from '@tradercoin/protocol'
import type { Instrument } from '../exchange.ts'
import { amountOrNull, object, text, textOrNull } from '../fields.ts'
import type { RawInstrument } from './wire.ts'

/** An instrument with what turns the venue's quantities into ours. */
export interface OkxInstrument {
  instrument: Instrument
  /** SPOT, SWAP or FUTURES. */
  inst_type: string
  /** Base coin of one unit of the venue's quantity: contract value times multiplier. `1` on spot and where contracts stay contracts. */
  unit: Decimal
  /** The venue's step of a quantity, in its own unit. */
  lot: Decimal
}

/**
 * Rows of /public/instruments; rows that cannot be read, and products we do not trade, are passed over.
 * https://www.okx.com/docs-v5/en/#public-data-rest-api-get-instruments
 */
export function parseInstruments(rows: readonly unknown[]): OkxInstrument[] {
  return rows.flatMap((row) => {
    try {
      return parseInstrument(object(row, 'instrument')) ?? []
    } catch {
      return []
    }
  })
}

function parseInstrument(row: RawInstrument): OkxInstrument | null {
  const instType = text(row.instType, 'instType')
  const lot = amountOrNull(row.lotSz)
  if (lot === null) return null
  if (instType === 'SPOT') return spot(row, lot)
  return instType === 'SWAP' || instType === 'FUTURES' ? contract(row, instType, lot) : null
}

function spot(row: RawInstrument, lot: Decimal): OkxInstrument {
  const quote = text(row.quoteCcy, 'quoteCcy')
  const instrument: Instrument = {
    trading_mode: 'spot',
    symbol: text(row.instId, 'instId'),
    base_asset: text(row.baseCcy, 'baseCcy'),
    quote_asset: quote,
    settle_asset: quote,
    quantity_unit: 'BASE',
    contract_value: null,
    ...rules(row, '1', lot),
    // A spot market order's greatest size is told in USDT, not in the coin.
    market_max_quantity: null,
  }
  return { instrument, inst_type: 'SPOT', unit: '1', lot }
}

/** Null for a contract whose size is not told. */
function contract(row: RawInstrument, instType: string, lot: Decimal): OkxInstrument | null {
  const value = amountOrNull(row.ctVal)
  if (value === null) return null
  const size = multiplyDecimal(value, amountOrNull(row.ctMult) ?? '1')
  const symbol = text(row.instId, 'instId')
  const [base, quote] = (textOrNull(row.uly) ?? symbol).split('-')
  const linear = row.ctType === 'linear'
  const unit = linear ? size : '1'
  const baseAsset = (linear ? textOrNull(row.ctValCcy) : null) ?? text(base, 'uly')
  const quoteAsset = text(quote, 'uly')
  const instrument: Instrument = {
    trading_mode: 'futures',
    symbol,
    base_asset: baseAsset,
    quote_asset: quoteAsset,
    // Where the account chooses the coin it may be left out; without the contract no order of it could be read.
    settle_asset: textOrNull(row.settleCcy) ?? (linear ? quoteAsset : baseAsset),
    quantity_unit: linear ? 'BASE' : 'CONTRACT',
    contract_value: linear ? null : size,
    ...rules(row, unit, lot),
  }
  return { instrument, inst_type: instType, unit, lot }
}

function rules(row: RawInstrument, unit: Decimal, lot: Decimal) {
  const inCoins = (value: unknown): Decimal | null => {
    const found = amountOrNull(value)
    return found === null ? null : multiplyDecimal(found, unit)
  }
  return {
    tick_size: amountOrNull(row.tickSz),
    min_price: null,
    max_price: null,
    step_size: multiplyDecimal(lot, unit),
    min_quantity: inCoins(row.minSz),
    max_quantity: inCoins(row.maxLmtSz),
    market_step_size: null,
    market_min_quantity: null,
    market_max_quantity: inCoins(row.maxMktSz),
    min_notional: null,
    max_notional: null,
    min_quote_quantity: null,
    quote_step_size: null,
    is_trading: row.state === 'live' || row.state === 'post_only',
  }
}
