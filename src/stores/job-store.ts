/**
 * The ten methods a job store needs. Write these and the scheduler runs your jobs from your store; the eight built-in
 * stores extend {@link RecordJobStore}, which gives them leases, run records and safety between processes as well.
 */

import type { CronwrightError } from '../errors.ts'
import type { Job } from '../jobs/job.ts'

/** A value, or a promise of it. */
export type Awaitable<T> = T | Promise<T>

/** What a store learns about the scheduler that starts it. */
export interface StoreHost {
  /** Id of the scheduler: unique among the processes on a store. */
  readonly workerId: string
  /** Wall clock, epoch ms. */
  now(): number
  /** Asks the scheduler to look at its stores at once, for stores that are told of changes made elsewhere. */
  wakeup(): void
  /** Reports a failure that no caller waits for, as the event `store:error`. */
  reportError(error: CronwrightError): void
}

/**
 * A store of jobs. Methods may be synchronous or return promises. A method that cannot reach its server throws: the
 * scheduler reports it as `store:error`, goes on, and tries again.
 */
export interface JobStore {
  /** Whether its jobs outlive the process, so that their functions need registered names. @default false */
  readonly persistent?: boolean
  /** Opens the store. Called before any other method, again after `shutdown`. */
  start(scheduler: StoreHost, alias: string): Awaitable<void>
  /** Closes what `start` opened. Must return even when the server is gone. */
  shutdown(): Awaitable<void>
  /** The job with this id, or undefined (or null). */
  lookupJob(id: string): Awaitable<Job | undefined | null>
  /** Jobs whose `nextRunTime` is not after `now`, earliest first. */
  getDueJobs(now: Date): Awaitable<readonly Job[]>
  /** The earliest `nextRunTime` of all jobs, or null. */
  getNextRunTime(): Awaitable<Date | null | undefined>
  /** Every job, earliest `nextRunTime` first, those without one last. */
  getAllJobs(): Awaitable<readonly Job[]>
  /** @throws ConflictingIdError when the id is taken */
  addJob(job: Job): Awaitable<void>
  /** Replaces the job with the same id. @throws JobLookupError when there is none */
  updateJob(job: Job): Awaitable<void>
  /** @throws JobLookupError when there is none */
  removeJob(id: string): Awaitable<void>
  removeAllJobs(): Awaitable<void>
}
