import type { Job } from './job.ts'
import { renewEpochs } from './user-logs.ts'

/** Every job of the writer. A table's jobs live in its own file; add yours here. */
export const jobs = {
  renewEpochs,
}

export type Jobs = typeof jobs
export type JobName = keyof Jobs
export type JobArgs<Name extends JobName> = Jobs[Name] extends Job<infer Args, unknown> ? Args : never
export type JobResult<Name extends JobName> = ReturnType<Jobs[Name]>
