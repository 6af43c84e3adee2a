import type { Ready, Resume, Snapshot } from '@tradercoin/protocol'

/** After this many gaps with nothing applied between them the log is given up and a snapshot is asked for. */
const gapsBeforeSnapshot = 3

/**
 * Where this client stands in its user's log. It decides what is new, so that each event is handed out once and in order whatever
 * is replayed.
 */
export interface Cursor {
  /** What to ask for when (re)connecting; undefined asks for a snapshot. */
  resume(): Resume | undefined
  /** What follows `ready`: the missed events, a snapshot, or (`mismatch`) nothing that fits what was asked for. */
  begin(ready: Ready): 'replay' | 'snapshot' | 'mismatch'
  snapshot(snapshot: Snapshot): void
  /** `next`: hand it out. `known`: it was before, or a snapshot is due. `gap`: one before it is missing. */
  event(seq: number): 'next' | 'known' | 'gap'
  /** Whether everything up to the head that `ready` named has been applied. */
  isCaughtUp(): boolean
  /** A heartbeat names the head; true when this client has stood still behind it since the heartbeat before. */
  isStuck(head: number): boolean
}

export function createCursor(): Cursor {
  let place: Resume | null = null
  let userId: number | null = null
  let isWaiting = false
  let head = 0
  let gaps = 0
  let behind: { seq: number; isWaiting: boolean } | null = null

  return {
    resume: () => (place === null ? undefined : { ...place }),
    begin(ready) {
      behind = null
      head = ready.seq
      const isOther = userId !== null && userId !== ready.user_id
      userId = ready.user_id
      if (!ready.recovered) {
        place = null
        isWaiting = true
        return 'snapshot'
      }
      if (!isOther && place !== null && place.epoch === ready.epoch && place.seq <= ready.seq) {
        isWaiting = false
        return 'replay'
      }
      place = null
      return 'mismatch'
    },
    snapshot({ epoch, seq }) {
      place = { epoch, seq }
      isWaiting = false
      gaps = 0
    },
    event(seq) {
      if (isWaiting || place === null || seq <= place.seq) return 'known'
      if (seq === place.seq + 1) {
        place.seq = seq
        gaps = 0
        return 'next'
      }
      gaps += 1
      if (gaps >= gapsBeforeSnapshot) place = null
      return 'gap'
    },
    isCaughtUp: () => !isWaiting && place !== null && place.seq >= head,
    isStuck(newHead) {
      const seq = place?.seq ?? -1
      const isBehind = isWaiting || seq < newHead
      const wasHere = behind !== null && behind.seq === seq && behind.isWaiting === isWaiting
      behind = isBehind ? { seq, isWaiting } : null
      return isBehind && wasHere
    },
  }
}
