export { type Client, type ClientOptions, createClient } from './client.ts'
export type { Clock } from './clock.ts'
export type { ConnectionState, DisconnectReason } from './connection-state.ts'
export { ApiError, ClientError, NetworkError } from './errors.ts'
export type { MarketHandlers, MarketState, MarketTopic } from './markets.ts'
export type { OpenSocket, RawSocket, RawSocketHandlers } from './raw-socket.ts'
export type { GetToken, Realtime } from './realtime.ts'
export type {
  Instrument,
  InstrumentQuery,
  ListQuery,
  LoginSession,
  MarketQuery,
  OrderQuery,
  PageQuery,
  Rest,
} from './rest.ts'
export type { Session } from './session.ts'
export { websocketService } from './websocket-service.ts'
