import { createBackoff } from '../../transport/backoff.ts'
import type { ConnectionParts } from './connection.ts'
import { Lane } from './lane.ts'
import { type Member, Seat } from './seat.ts'

/** The venue allows 1,000 accounts on one connection; the loss of one should not cost as many snapshots. */
export const accountsPerSocket = 200

/** Shares WebSocket-API connections among accounts. */
export interface Pool {
  join(member: Member): Seat
  close(): void
}

export function createPool(parts: ConnectionParts, perSocket: number = accountsPerSocket): Pool {
  const lanes = new Set<Lane>()

  function laneFor(seat: Seat): Lane {
    for (const lane of lanes) {
      if (lane.hasRoom && !seat.avoid.has(lane)) return lane
    }
    const lane: Lane = new Lane(parts, perSocket, {
      onEmpty: () => lanes.delete(lane),
      move(mover) {
        mover.avoid = new Set([...mover.avoid, lane])
        laneFor(mover).add(mover)
      },
    })
    lanes.add(lane)
    return lane
  }

  return {
    join(member) {
      const seat = new Seat(member, createBackoff(parts.transport.clock))
      laneFor(seat).add(seat)
      return seat
    },
    close() {
      for (const lane of [...lanes]) lane.close()
      lanes.clear()
    },
  }
}
