import { canResume, closeCodes, type Resume } from '@tradercoin/protocol'
import type { UserLog } from '../store/user-logs.ts'
import { readyFrame, snapshotFrame } from './frames.ts'
import type { Hub } from './hub.ts'
import type { Tab } from './tab.ts'
import type { UserChannel } from './user-channel.ts'

/** Events read from the database at once, and so the most a slow tab holds in memory while it catches up. */
const pageSize = 200

/**
 * Takes a tab from where it stopped to the head of its user's log, or gives it a snapshot, then leaves it live. `ready` and what
 * follows it belong to one moment of the database.
 */
export async function bringUpToDate(
  hub: Hub,
  channel: UserChannel,
  tab: Tab,
  log: UserLog,
  resume: Resume | undefined,
) {
  const recovered = canResume(resume, { epoch: log.epoch, head: log.seq, oldest: log.pruned + 1 })
  const ready = (seq: number) =>
    readyFrame({
      sessionId: tab.label,
      userId: channel.userId,
      epoch: log.epoch,
      seq,
      recovered,
      heartbeatMs: channel.heartbeatMs,
    })
  if (recovered) {
    tab.seq = resume?.seq ?? 0
    await tab.sendAll([ready(log.seq)])
  } else {
    const snapshot = { ...hub.deps.readSnapshot(channel.userId), keys: hub.deps.keyStatuses(channel.userId) }
    tab.seq = snapshot.seq
    await tab.sendAll([ready(snapshot.seq), snapshotFrame(snapshot)])
  }
  await catchUp(hub, channel, tab)
}

/**
 * Sends what the log holds after the tab's position, page by page at the speed of its socket. Once a look at the log shows nothing
 * more, the tab is live: no commit can come between that look and the change, for both happen in one turn of the event loop.
 */
export async function catchUp(hub: Hub, channel: UserChannel, tab: Tab): Promise<void> {
  tab.state = tab.state === 'closed' ? 'closed' : 'replaying'
  while (tab.state !== 'closed') {
    const page = hub.deps.readFrames(channel.userId, tab.seq, pageSize)
    const first = page[0]
    if (!first && channel.head <= tab.seq) {
      tab.state = 'live'
      return
    }
    if (first?.seq !== tab.seq + 1) {
      hub.close(tab, closeCodes.gap, 'the log does not hold what follows')
      return
    }
    tab.seq = page.at(-1)?.seq ?? tab.seq
    await tab.sendAll(page.map(({ frame }) => Buffer.from(frame)))
    await hub.breathe()
  }
}
