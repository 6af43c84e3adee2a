import { type Instrument, instrument } from '../engine/instrument.ts'

/** Binance's own limits of a symbol that the engine does not need to know. */
export interface SpotSymbol {
  instrument: Instrument
  amendAllowed: boolean
}

function spot(
  symbol: string,
  base: string,
  startPrice: string,
  tick: string,
  step: string,
  firstOrderId: bigint,
  firstTradeId: bigint,
): Instrument {
  return instrument({
    symbol,
    base,
    quote: 'USDT',
    tick,
    step,
    minPrice: tick,
    maxPrice: '1000000',
    minQty: step,
    maxQty: '92000',
    marketMaxQty: '9200',
    minNotional: '5',
    makerRate: '0.001',
    takerRate: '0.001',
    startPrice,
    levelNotional: '60000',
    firstOrderId,
    firstTradeId,
  })
}

/** The symbols of the paper spot exchange; the last one is there because Binance's testnet has such a name too. */
export const SPOT_INSTRUMENTS: Instrument[] = [
  spot('BTCUSDT', 'BTC', '95000', '0.01', '0.00001', 70_220_001n, 9_900_001n),
  spot('ETHUSDT', 'ETH', '2400', '0.01', '0.0001', 50_111_001n, 7_788_001n),
  spot('SOLUSDT', 'SOL', '180', '0.01', '0.001', 61_110_001n, 4_400_001n),
  spot('BNBUSDT', 'BNB', '620', '0.01', '0.001', 41_200_001n, 3_300_001n),
  spot('XRPUSDT', 'XRP', '0.52', '0.0001', '0.1', 31_200_001n, 2_200_001n),
  spot('这是测试币456', '这是测试币', '4.56', '0.0001', '0.01', 1_001n, 501n),
]

export const ORDER_TYPES = [
  'LIMIT',
  'LIMIT_MAKER',
  'MARKET',
  'STOP_LOSS',
  'STOP_LOSS_LIMIT',
  'TAKE_PROFIT',
  'TAKE_PROFIT_LIMIT',
] as const

export const STP_MODES = ['NONE', 'EXPIRE_TAKER', 'EXPIRE_MAKER', 'EXPIRE_BOTH'] as const
export const DEFAULT_STP = 'EXPIRE_MAKER'
export const MAX_OPEN_ORDERS = 200
export const MAX_STOP_ORDERS = 5
