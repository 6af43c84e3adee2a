import { requestAmend, settleAmend } from '../ledger/amend-order.ts'
import { bookEvents } from '../ledger/book-events.ts'
import { requestCancel, settleCancel } from '../ledger/cancel-order.ts'
import { finishSync, openGap } from '../ledger/gap-jobs.ts'
import { markAlive, saveKeyCheck, saveKeyState, saveListenKey } from '../ledger/key-jobs.ts'
import { addKey, deleteKey } from '../ledger/key-removal.ts'
import { closeLostOrders } from '../ledger/lost-orders.ts'
import { createPendingOrder, settlePlace } from '../ledger/place-order.ts'
import { pruneEvents } from '../ledger/prune-events.ts'
import { audit } from './audit.ts'
import { patchKey, reserveKeyId } from './exchange-keys.ts'
import { claimIdempotencyKey, finishIdempotencyKey, releaseIdempotencyKey } from './idempotency.ts'
import type { Job } from './job.ts'
import { openSession, revokeOtherSessions, revokeSession, rotateSession } from './sessions.ts'
import { renewEpochs } from './user-logs.ts'
import { changePassword, createUser, disableUser, enableUser, grantAdmin, replacePasswordHash } from './users.ts'
import { storeVaultCheck } from './vault-check.ts'

/** Every job of the writer. A table's jobs live in its own file; add yours here. */
export const jobs = {
  audit,
  addKey,
  changePassword,
  claimIdempotencyKey,
  createUser,
  deleteKey,
  disableUser,
  enableUser,
  finishIdempotencyKey,
  grantAdmin,
  openSession,
  patchKey,
  releaseIdempotencyKey,
  replacePasswordHash,
  reserveKeyId,
  revokeOtherSessions,
  revokeSession,
  rotateSession,
  storeVaultCheck,
  bookEvents,
  closeLostOrders,
  createPendingOrder,
  settlePlace,
  requestAmend,
  settleAmend,
  requestCancel,
  settleCancel,
  openGap,
  finishSync,
  markAlive,
  saveKeyCheck,
  saveKeyState,
  saveListenKey,
  pruneEvents,
  renewEpochs,
}

export type Jobs = typeof jobs
export type JobName = keyof Jobs
export type JobArgs<Name extends JobName> = Jobs[Name] extends Job<infer Args, unknown> ? Args : never
export type JobResult<Name extends JobName> = ReturnType<Jobs[Name]>
