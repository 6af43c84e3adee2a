import type { Call, Endpoint } from '../binance/api.ts'
import { ApiError, noSuchOrder, unknownOrder } from '../binance/errors.ts'
import { Params } from '../binance/params.ts'
import type { Market } from '../engine/market.ts'
import type { Order, Ticket } from '../engine/order.ts'
import { Refusal } from '../engine/refusal.ts'
import { checkFilters, marketOf } from './filters.ts'
import type { OrderList } from './lists.ts'
import { clientIdParam, readTicket } from './orders.ts'
import { page, timeRange } from './queries.ts'
import { placed } from './shapes.ts'
import type { SpotVenue } from './venue.ts'

const SUFFIXES: Record<string, string> = {
  Type: 'type',
  Side: 'side',
  ClientOrderId: 'newClientOrderId',
  Quantity: 'quantity',
  Price: 'price',
  StopPrice: 'stopPrice',
  TrailingDelta: 'trailingDelta',
  IcebergQty: 'icebergQty',
  TimeInForce: 'timeInForce',
  StrategyId: 'strategyId',
  StrategyType: 'strategyType',
}
const COMMON = 'symbol listClientOrderId newOrderRespType selfTradePreventionMode'
const names = (prefix: string) =>
  Object.keys(SUFFIXES)
    .map((suffix) => prefix + suffix)
    .join(' ')

/** The parameters of one leg, by their names in POST /order. */
function leg(venue: SpotVenue, params: Params, prefix: string, shared: Record<string, string> = {}): Ticket {
  const values = new Map(Object.entries(shared))
  for (const [suffix, name] of Object.entries(SUFFIXES)) {
    const value = params.text(prefix + suffix)
    if (value !== undefined) values.set(name, value)
  }
  const stp = params.text('selfTradePreventionMode')
  if (stp !== undefined) values.set('selfTradePreventionMode', stp)
  return readTicket(venue, new Params(values))
}

/** One leg above the last price and one below, a limit or take-profit against a stop loss. */
function pair(market: Market, above: Ticket, below: Ticket): Ticket[] {
  const stops = (ticket: Ticket) => ticket.type.startsWith('STOP_LOSS')
  if (stops(above) === stops(below)) throw new ApiError(-1128, 'Combination of optional parameters invalid.')
  const level = (ticket: Ticket) => ticket.trigger?.price ?? ticket.price
  if (!level(above).gt(market.last) || !level(below).lt(market.last)) throw new Refusal('bad_list_prices')
  // The limit leg rests on the book and holds the money.
  return stops(above) ? [below, above] : [above, below]
}

function place(venue: SpotVenue, call: Call, market: Market, tickets: Ticket[], working: number): unknown {
  const { account, params } = call
  for (const ticket of tickets) checkFilters(account, market, ticket)
  const resp = params.text('newOrderRespType') ?? 'RESULT'
  const clientId = clientIdParam(venue, params, 'listClientOrderId')
  const answer = (list: OrderList, orders: Order[]) => ({
    ...venue.lists.shape(list),
    orderReports: orders.map((order) => placed(order, resp, [])),
  })
  return venue.lists.place(account, market, tickets, working, clientId, answer)
}

function oco(venue: SpotVenue, call: Call): unknown {
  const { params } = call
  const market = marketOf(venue.engine.markets, params.need('symbol'))
  const shared = { side: params.need('side'), quantity: params.need('quantity') }
  const legs = pair(market, leg(venue, params, 'above', shared), leg(venue, params, 'below', shared))
  return place(venue, call, market, legs, 2)
}

function workingLeg(venue: SpotVenue, params: Params): Ticket {
  const ticket = leg(venue, params, 'working')
  if (ticket.type !== 'LIMIT' && ticket.type !== 'LIMIT_MAKER') throw new ApiError(-1116, 'Invalid orderType.')
  return ticket
}

function oto(venue: SpotVenue, call: Call): unknown {
  const market = marketOf(venue.engine.markets, call.params.need('symbol'))
  return place(venue, call, market, [workingLeg(venue, call.params), leg(venue, call.params, 'pending')], 1)
}

function otoco(venue: SpotVenue, call: Call): unknown {
  const { params } = call
  const market = marketOf(venue.engine.markets, params.need('symbol'))
  const shared = { side: params.need('pendingSide'), quantity: params.need('pendingQuantity') }
  const legs = pair(market, leg(venue, params, 'pendingAbove', shared), leg(venue, params, 'pendingBelow', shared))
  return place(venue, call, market, [workingLeg(venue, params), ...legs], 1)
}

function cancel(venue: SpotVenue, call: Call): unknown {
  const { account, params } = call
  marketOf(venue.engine.markets, params.need('symbol'))
  const list = venue.lists.find(account, params.integer('orderListId'), params.text('listClientOrderId'))
  if (!list) throw unknownOrder()
  return venue.lists.cancel(list.id, clientIdParam(venue, params, 'newClientOrderId'))
}

function all(venue: SpotVenue, { account, params }: Call): unknown[] {
  const { from, to } = timeRange(params)
  const fromId = params.integer('fromId')
  const rows = venue.lists.of(account).filter((list) => {
    if (fromId !== undefined) return list.id >= fromId
    return (from === undefined || list.updatedAt >= from) && (to === undefined || list.updatedAt <= to)
  })
  const limit = params.limit(500, 1000)
  return page(rows, limit, fromId !== undefined || from !== undefined).map((list) => venue.lists.shape(list))
}

/** Order lists of Binance Spot. */
export function listEndpoints(venue: SpotVenue): Endpoint[] {
  const trade = { security: 'TRADE', weight: 1, freeOnSuccess: true, places: true } as const
  const read = { security: 'USER_DATA' } as const
  return [
    {
      ...trade,
      rest: 'POST /api/v3/orderList/oco',
      ws: 'orderList.place.oco',
      orders: 2,
      params: `${COMMON} side quantity ${names('above')} ${names('below')}`,
      run: (call) => oco(venue, call),
    },
    {
      ...trade,
      rest: 'POST /api/v3/orderList/oto',
      ws: 'orderList.place.oto',
      orders: 2,
      params: `${COMMON} ${names('working')} ${names('pending')}`,
      run: (call) => oto(venue, call),
    },
    {
      ...trade,
      rest: 'POST /api/v3/orderList/otoco',
      ws: 'orderList.place.otoco',
      orders: 3,
      params: `${COMMON} ${names('working')} pendingSide pendingQuantity ${names('pendingAbove')} ${names('pendingBelow')}`,
      run: (call) => otoco(venue, call),
    },
    {
      rest: 'DELETE /api/v3/orderList',
      ws: 'orderList.cancel',
      security: 'TRADE',
      weight: 1,
      freeOnSuccess: true,
      params: 'symbol orderListId listClientOrderId newClientOrderId',
      run: (call) => cancel(venue, call),
    },
    {
      ...read,
      rest: 'GET /api/v3/orderList',
      ws: 'orderList.status',
      weight: 4,
      params: 'orderListId origClientOrderId',
      run: ({ account, params }) => {
        const list = venue.lists.find(account, params.integer('orderListId'), params.text('origClientOrderId'))
        if (!list) throw noSuchOrder()
        return venue.lists.shape(list)
      },
    },
    {
      ...read,
      rest: 'GET /api/v3/openOrderList',
      ws: 'openOrderLists.status',
      weight: 6,
      params: '',
      run: ({ account }) =>
        venue.lists
          .of(account)
          .filter((list) => !list.done)
          .map((list) => venue.lists.shape(list)),
    },
    {
      ...read,
      rest: 'GET /api/v3/allOrderList',
      ws: 'allOrderLists',
      weight: 20,
      params: 'fromId startTime endTime limit',
      run: (call) => all(venue, call),
    },
  ]
}
