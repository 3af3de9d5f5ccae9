/**
 * The legal steps of a run, each as the guarded change that makes it. Pure: who calls gives the time.
 *
 *   pending --claim--> running --complete--> completed
 *                        |  |--fail--> failed (no retry) | dead (attempts used up) | pending (retry, due later)
 *                        |--hand back--> pending (the attempt does not count)
 *                        '--lease over--> running elsewhere | failed (abandon) | unknown | dead (maxCrashes)
 *   pending, running --cancel--> cancelled
 *
 * Every step needs the version that its author last saw, so of two authors one is refused. While a run is `running`
 * its due time is the end of its lease.
 */

import { retryDelay } from './backoff.ts'
import { ageOf } from './history.ts'
import { MAX_CRASHES } from './policy.ts'
import type { Change, JobRecord, RecordPatch, RunRecord } from './record.ts'
import { isRetryable } from './retryable.ts'
import {
  FRESH_STATUS,
  type ResumeReason,
  type RunOrigin,
  type RunState,
  type RunStatus,
  runIdOf,
  type StoredError,
  WAITING_FOR_OPERATOR,
} from './run.ts'

/** A worker's claim to a run: who, when (epoch ms), and until when it holds unless renewed. */
export interface Lease {
  readonly worker: string
  readonly now: number
  readonly until: number
}

/** How a handler ended. */
export type Outcome =
  | { readonly kind: 'completed'; readonly output: unknown; readonly reason: string | null }
  | {
      readonly kind: 'failed'
      readonly error: StoredError
      /** What the error is called; see `retryable.ts`. */
      readonly kinds: readonly string[]
      /** False: it is not tried again whatever the policy says. */
      readonly retryable: boolean
    }
  | { readonly kind: 'cancelled'; readonly reason: string; readonly error: StoredError | null }

type Patch = RecordPatch<'run'>

/** What a new run is made of. */
export interface RunSeed {
  readonly id: string
  readonly origin: RunOrigin
  readonly at: number
}

/** A fire time that did not run, and why. */
interface SkippedFire {
  readonly at: number
  readonly reason: string
  readonly count: number
}

/** The status of a run that nothing has happened to, by what made it. */
export const NEW_STATUS: Readonly<Record<RunOrigin, RunStatus>> = Object.freeze({
  schedule: FRESH_STATUS,
  manual: Object.freeze<RunStatus>({ ...FRESH_STATUS, origin: 'manual' }),
  enqueue: Object.freeze<RunStatus>({ ...FRESH_STATUS, origin: 'enqueue' }),
})

/** A pending run of a job. */
export function newRun(job: JobRecord, seed: RunSeed): RunRecord {
  return {
    kind: 'run',
    id: seed.id,
    version: 1,
    lane: 'run',
    due: seed.at,
    state: 'pending',
    at: seed.at,
    jobId: job.id,
    functionRef: job.functionRef,
    queue: job.queue,
    priority: job.priority,
    spec: job.spec,
    status: NEW_STATUS[seed.origin],
  }
}

/** A fire time of a job that did not run, on record; `count` above 1 stands for that many, of which `at` is the last. */
export function skippedFire(job: JobRecord, { at, reason, count }: SkippedFire, now: number): RunRecord {
  const run = newRun(job, scheduledAt(job, at))
  return { ...run, ...finished(run, 'skipped', now, { reason, count }) }
}

/** The run of a job for a fire time. */
export function scheduledAt(job: JobRecord, at: number): RunSeed {
  return { id: runIdOf(job.id, at), origin: 'schedule', at }
}

/** A new run as whoever adds it claims it in the same step. */
export function addedAsClaimed(run: RunRecord, lease: Lease): RunRecord {
  return { ...run, due: lease.until, state: 'running', status: statusWhenTaken(run.status, run.version, lease) }
}

/** A worker takes a pending run. */
export function claim(run: RunRecord, lease: Lease): Patch {
  return taken(run, run.status, lease)
}

/**
 * Takes over a run whose lease is over, as its `onCrash` says: claims it again, or ends it. `claimed` says which.
 */
export function takeOver(run: RunRecord, lease: Lease): { readonly patch: Patch; readonly claimed: boolean } {
  const crashes = run.status.crashes + 1
  const ended = (state: RunState, reason: string): { patch: Patch; claimed: false } => ({
    patch: finished(run, state, lease.now, { crashes, reason }),
    claimed: false,
  })
  if (run.spec.policy.onCrash === 'abandon') return ended('failed', 'lease-lost')
  if (run.spec.policy.onCrash === 'unknown') return ended('unknown', 'lease-lost')
  if (crashes >= MAX_CRASHES) return ended('dead', 'max-crashes')
  return { patch: taken(run, { ...run.status, crashes, resume: 'crash' }, lease), claimed: true }
}

function taken(run: RunRecord, status: RunStatus, lease: Lease): Patch {
  return { state: 'running', due: lease.until, status: statusWhenTaken(status, run.version + 1, lease) }
}

/**
 * What statuses became last. Runs that were enqueued together share a status; so do they when they are claimed together and
 * end together, and a store writes it out once.
 */
const TAKEN = new WeakMap<RunStatus, { readonly fence: number; readonly lease: Lease; readonly status: RunStatus }>()
const COMPLETED = new WeakMap<RunStatus, RunStatus>()

function statusWhenTaken(status: RunStatus, fence: number, lease: Lease): RunStatus {
  const known = TAKEN.get(status)
  if (known?.lease === lease && known.fence === fence) return known.status
  const next = takenStatus(status, fence, lease)
  TAKEN.set(status, { fence, lease, status: next })
  return next
}

/** An attempt that goes on from a checkpoint goes on counting, too; any other begins anew. */
function takenStatus(status: RunStatus, fence: number, lease: Lease): RunStatus {
  const { origin, attempt, crashes, output, error, checkpoint, resume, count } = status
  const { progress, counters } = checkpoint === undefined ? FRESH_STATUS : status
  return {
    origin,
    attempt: attempt + 1,
    crashes,
    fence,
    worker: lease.worker,
    startedAt: lease.now,
    finishedAt: null,
    reason: null,
    output,
    error,
    progress,
    checkpoint,
    counters,
    resume,
    count,
  }
}

/** What a handler says while it is at work. */
export type Report = Pick<RunStatus, 'progress' | 'checkpoint' | 'counters'>

/** The holder says it is alive, and how far its handler is. */
export function renew(run: RunRecord, until: number, report: Report): Patch {
  return hasReported(run, report) ? { due: until, status: reportedStatus(run, report) } : { due: until }
}

/** Whether a report says more than what is stored. */
export function hasReported({ status }: RunRecord, { progress, checkpoint, counters }: Report): boolean {
  return progress !== status.progress || checkpoint !== status.checkpoint || counters !== status.counters
}

/** The status of a run with what its handler said last. */
export function reportedStatus({ status }: RunRecord, { progress, checkpoint, counters }: Report): RunStatus {
  return { ...status, progress, checkpoint, counters }
}

/** The holder gives an unfinished run back: another may start it at once, and the attempt does not count. */
export function handBack(run: RunRecord, now: number): Patch {
  const status = {
    ...run.status,
    attempt: run.status.attempt - 1,
    worker: null,
    startedAt: null,
    reason: 'handed-back',
    resume: 'shutdown' as const,
  }
  return { state: 'pending', due: now, status }
}

/** A claim is taken back before its handler was started: others may claim the run from `due` on. */
export function giveWay(run: RunRecord, due: number): Patch {
  const status: RunStatus = { ...run.status, attempt: run.status.attempt - 1, worker: null, startedAt: null }
  return { state: 'pending', due, status }
}

/** The holder's handler ended. `random` is in [0, 1) and decides the jitter of a retry. */
export function settle(run: RunRecord, outcome: Outcome, now: number, random: number): Patch {
  switch (outcome.kind) {
    case 'completed':
      return completed(run, outcome, now)
    case 'cancelled':
      return finished(run, 'cancelled', now, { reason: outcome.reason, error: outcome.error })
    case 'failed':
      return failed(run, outcome, now, random)
  }
}

function completed(run: RunRecord, { output, reason }: Extract<Outcome, { kind: 'completed' }>, now: number): Patch {
  const patch = finished(run, 'completed', now, { output, reason, error: null })
  if (output !== undefined || reason !== null || patch.status === undefined) return patch
  const known = COMPLETED.get(run.status)
  if (known?.finishedAt === now) return { ...patch, status: known }
  COMPLETED.set(run.status, patch.status)
  return patch
}

function failed(run: RunRecord, outcome: Extract<Outcome, { kind: 'failed' }>, now: number, random: number): Patch {
  const { retry } = run.spec.policy
  const { attempt } = run.status
  const { error } = outcome
  if (retry.attempts === 1) return finished(run, 'failed', now, { error })
  if (!outcome.retryable || !isRetryable(retry, outcome.kinds)) {
    return finished(run, 'failed', now, { error, reason: 'not-retryable' })
  }
  if (attempt >= retry.attempts) return finished(run, 'dead', now, { error, reason: 'attempts-used-up' })
  const resume: ResumeReason = 'retry'
  const status = { ...run.status, worker: null, finishedAt: now, error, resume }
  return { state: 'pending', due: now + retryDelay(retry, attempt, random), status }
}

/** Anyone ends a run that is not over. A holder finds out when its next step is refused. */
export function cancel(run: RunRecord, reason: string, now: number): Patch {
  return finished(run, 'cancelled', now, { reason })
}

/** Starts a finished run again, with its attempts counted anew; its handler gets the last checkpoint. */
export function retryFinished(run: RunRecord, now: number): Patch {
  const { origin, checkpoint } = run.status
  const status: RunStatus = { ...NEW_STATUS[origin], reason: 'retried', resume: 'manual', checkpoint }
  return { lane: 'run', state: 'pending', due: now, status }
}

function finished(run: RunRecord, state: RunState, now: number, changes: Partial<RunStatus>): Patch {
  const { origin, attempt, crashes, fence, worker, startedAt, progress, checkpoint, counters, resume } = run.status
  const { reason = run.status.reason, output, error = run.status.error, count = run.status.count } = changes
  const status: RunStatus = {
    origin,
    attempt,
    crashes: changes.crashes ?? crashes,
    fence,
    worker,
    startedAt,
    finishedAt: now,
    reason,
    output,
    error,
    progress,
    checkpoint,
    counters,
    resume,
    count,
  }
  if (WAITING_FOR_OPERATOR.includes(state)) return { state, due: null, status }
  return { lane: 'history', state, due: now + ageOf(run.spec.policy.history, state), status }
}

/** Whether no history is kept of a run: it is removed when it is over. */
export function isForgotten(run: RunRecord): boolean {
  return run.spec.policy.history.keep === 0
}

/** The guarded change that applies a patch to a run. */
export function runChange(run: RunRecord, patch: Patch): Change {
  const isRemoved = patch.lane === 'history' && isForgotten(run)
  return { expect: run.version, key: { kind: 'run', id: run.id }, patch: isRemoved ? null : patch }
}
