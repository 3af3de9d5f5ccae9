/**
 * Fires due jobs. For each, one guarded change moves the job's due time to its next fire time and adds the run
 * `jobId@fireTime`: both happen or neither, so a fire time can be neither lost nor doubled, by any number of processes.
 *
 * Where an executor has room the run is added as claimed already, which saves the write of a claim.
 */

import { decideFire, type FireDecision, type Skip } from '../../jobs/misfire.ts'
import { type Admission, admit, instanceLimit, surplus } from '../../jobs/overlap.ts'
import type { Change, JobRecord, RecordPatch, RunRecord } from '../../jobs/record.ts'
import { addedAsClaimed, type Lease, newRun, scheduledAt, skippedFire } from '../../jobs/transitions.ts'
import type { Kernel } from '../kernel.ts'
import { isNearlyOver } from '../running/lease-keeper.ts'
import type { Runner } from '../running/runner.ts'
import type { Settlement } from '../running/settlement.ts'
import type { ExecutorSlot } from '../slots/executor-slot.ts'
import type { StoreSlot } from '../slots/store-slot.ts'
import type { Replacing } from './replacing.ts'
import { type DecidedJob, placeSums } from './skip-sums.ts'
import type { StepResult } from './step-result.ts'
import type { UncertainClaim, UncertainClaims } from './uncertain-claims.ts'

/** Jobs looked at in one step: bounds how long the event loop is kept. */
const SLICE = 500

/** A look at what is due: when it was asked for, monotonic, and whether there may be more than what came. */
interface Asked {
  readonly askedAt: number
  readonly isFull: boolean
}

/** One job's share of a step: the change, and what follows if it is applied. */
interface Fire {
  readonly job: JobRecord
  readonly change: Change
  readonly runs: readonly RunRecord[]
  readonly skipped: readonly RunRecord[]
  /** Where the first run was claimed at once: the executor in which a place was taken for it. */
  readonly executor: ExecutorSlot | undefined
  /** Active runs that have to go for these. */
  readonly surplus: number
  readonly isLast: boolean
}

export class Firing {
  readonly #kernel: Kernel
  readonly #runner: Runner
  readonly #settlement: Settlement
  readonly #uncertain: UncertainClaims
  readonly #replacing: Replacing

  constructor(
    kernel: Kernel,
    runner: Runner,
    settlement: Settlement,
    uncertain: UncertainClaims,
    replacing: Replacing,
  ) {
    this.#kernel = kernel
    this.#runner = runner
    this.#settlement = settlement
    this.#uncertain = uncertain
    this.#replacing = replacing
  }

  /** Fires up to a slice of due jobs. */
  async step(slot: StoreSlot): Promise<StepResult> {
    const { store } = slot
    const now = slot.now()
    const askedAt = this.#kernel.clock.monotonic()
    const room = this.#roomNow()
    const limit = room > 0 ? Math.min(room, SLICE) : SLICE
    const crowd = slot.crowds.job
    const due = await store.due({
      lane: 'job',
      before: now,
      limit,
      skip: crowd.skip(limit, Math.random()),
      withoutFunctions: [...slot.unserved.functions],
      withoutJobs: [...slot.unserved.jobs],
    })
    const isFrontLeft = due.length < limit && crowd.ended()
    if (due.length === 0) {
      crowd.tried(0, 0, false)
      return isFrontLeft ? 'more' : 'nothing'
    }
    const { roles } = this.#kernel.settings
    const known = due.filter((job) => !roles.execute || slot.unserved.isServed(this.#kernel, job, slot.alias))
    const active = await this.#active(slot, known)
    const lease = { worker: this.#kernel.workerId, now, until: now + this.#kernel.settings.leaseMs }
    const decided = await placeSums(
      store,
      known.map((job) => ({ job, decision: this.#decide(slot, job, now) })),
    )
    const fires = decided.map((due) => this.#fire(slot, due, active.get(due.job.id) ?? 0, lease))
    const isFull = due.length === limit
    const isTooLate = await this.#commit(slot, fires, { askedAt, isFull })
    return isFull || isFrontLeft || isTooLate ? 'more' : 'all'
  }

  /**
   * How many runs of each job are active. A fire time is refused only for runs that are: those that ended here, and whose
   * end is on its way or yet to be written, are not.
   */
  async #active(slot: StoreSlot, jobs: readonly JobRecord[]): Promise<ReadonlyMap<string, number>> {
    const active = await slot.store.countActive(jobs.map(({ id }) => id))
    const atLimit = jobs.filter(({ id, spec }) => (active.get(id) ?? 0) >= instanceLimit(spec.policy))
    const doubtful = this.#settlement.unwrittenOf(slot, atLimit)
    if (doubtful.length === 0) return active
    await this.#settlement.writing(slot)
    const counts = await slot.store.countActive(doubtful.map(({ id }) => id))
    const unsent = this.#settlement.endedUnsent(slot)
    const exact = new Map(active)
    for (const { id } of doubtful) exact.set(id, (counts.get(id) ?? 0) - (unsent.get(id) ?? 0))
    return exact
  }

  #roomNow(): number {
    let room = 0
    if (this.#kernel.settings.roles.execute) for (const { free } of this.#kernel.executors.values()) room += free
    return room
  }

  #fire(slot: StoreSlot, { job, decision }: DecidedJob, active: number, lease: Lease): Fire {
    const { policy } = job.spec
    const fires = job.status?.fires ?? 0
    const isFull = active >= instanceLimit(policy)
    const admission = isFull || policy.overlap === 'replace' ? admit(policy, active, decision.runs) : undefined
    const admitted = admission?.runs ?? decision.runs
    const allowed = Math.min(admitted.length, (policy.maxRuns ?? Number.POSITIVE_INFINITY) - fires)
    const executor = allowed > 0 && !isFull ? this.#takePlace(slot, job) : undefined
    const runs: RunRecord[] = []
    for (const at of admitted) {
      if (runs.length >= allowed) break
      const run = newRun(job, scheduledAt(job, at))
      runs.push(runs.length === 0 && executor !== undefined ? addedAsClaimed(run, lease) : run)
    }
    if (isFull || runs.length > 1) slot.holdBack(job.id)
    const refused = admission === undefined ? NONE : admission.refused
    const skipped = skippedRuns(job, decision.skipped, refused, lease.now)
    const isSpent = policy.maxRuns !== null && fires + runs.length >= policy.maxRuns
    const isLast = isSpent || decision.next === Number.POSITIVE_INFINITY
    const inserts = skipped.length === 0 || policy.history.keep === 0 ? runs : [...runs, ...skipped]
    const patch = isLast ? null : nextPatch(job, decision.next, fires + runs.length)
    const change = { expect: job.version, key: { kind: 'job', id: job.id }, patch, inserts } as const
    return { job, change, runs, skipped, executor, surplus: surplus(policy, active, runs.length), isLast }
  }

  /**
   * A trigger that cannot say when it fires next (its search for a common instant came to no end, or it is a user's own
   * and throws) must neither stop the others nor lose its job: what is due runs, and the job is kept without a next run.
   */
  #decide(slot: StoreSlot, { id, due, spec }: JobRecord, now: number): FireDecision {
    try {
      return decideFire(spec.trigger, due ?? now, now, spec.policy)
    } catch (error) {
      this.#kernel.logger.error(
        { jobId: id, store: slot.alias, error },
        'the trigger threw: the job has no next run time',
      )
      return { runs: [due ?? now], skipped: [], next: Number.NaN }
    }
  }

  /** Takes a place for the first run where there is one, and where this process executes runs of its queue at all. */
  #takePlace(slot: StoreSlot, job: JobRecord): ExecutorSlot | undefined {
    const { settings, queues } = this.#kernel
    if (!settings.roles.execute || !queues.isOpen(slot, job.queue)) return undefined
    const executor = this.#kernel.takePlace(job)
    if (executor === undefined) slot.crowdedFunctions.add(job.functionRef)
    return executor
  }

  /** Whether the answer came too late to start what was claimed. */
  async #commit(slot: StoreSlot, fires: readonly Fire[], { askedAt, isFull }: Asked): Promise<boolean> {
    const unfinished: Fire[] = []
    let isTooLate = false
    let refused = 0
    try {
      const results = await slot.store.commit(fires.map(({ change }) => change))
      for (const [index, fire] of fires.entries()) {
        const result = results[index]
        if (result?.applied !== true) {
          refused += 1
          fire.executor?.giveBack(fire.job.queue)
        } else {
          if (this.#applied(slot, fire, result.existing, askedAt)) isTooLate = true
          if (fire.surplus > 0 || fire.skipped.length > 0) unfinished.push(fire)
        }
      }
    } catch (error) {
      for (const fire of fires) this.#remember(slot, fire, askedAt, () => this.#tell(slot, fire))
      throw error
    }
    slot.crowds.job.tried(fires.length, refused, isFull)
    if (unfinished.length > 0) await this.#finish(slot, unfinished)
    return isTooLate
  }

  /** Whether it is too late to start the run that was claimed with the fire. */
  #applied(slot: StoreSlot, fire: Fire, existing: readonly string[], askedAt: number): boolean {
    const { job, runs, skipped, executor } = fire
    const leaseEndsAt = askedAt + this.#kernel.settings.leaseMs
    let isTooLate = false
    // A fire time that a clock set back shows again has its record already, and that one stays.
    for (const run of skipped) if (!existing.includes(run.id)) this.#kernel.emitRun('run:skipped', run, slot)
    for (const [index, run] of runs.entries()) {
      const isClaimed = index === 0 && executor !== undefined
      if (existing.includes(run.id)) {
        if (isClaimed) executor.giveBack(job.queue)
        continue
      }
      slot.agenda.note('run', run.due ?? run.at)
      this.#kernel.emitRun('run:submitted', run, slot)
      if (!isClaimed) continue
      // Looked at before each: a handler that keeps the thread lets the leases of those behind it run out.
      isTooLate = isNearlyOver(leaseEndsAt, this.#kernel.settings.leaseMs, this.#kernel.clock.monotonic())
      if (isTooLate) this.#remember(slot, fire, askedAt, () => undefined)
      else this.#runner.start(slot, executor, run, leaseEndsAt)
    }
    this.#tellIfLast(slot, fire)
    return isTooLate
  }

  /** The first run may be claimed, or come to be: it is looked for at the next visit. */
  #remember(slot: StoreSlot, { executor, runs }: Fire, askedAt: number, tell: UncertainClaim['tell']): void {
    const [run] = runs
    if (executor === undefined || run === undefined) return
    executor.giveBack(run.queue)
    this.#uncertain.remember(slot, { run, until: askedAt + this.#kernel.settings.leaseMs, tell })
  }

  /** What is told of a fire whose reply was lost, once its first run is known to be there. */
  async #tell(slot: StoreSlot, fire: Fire): Promise<void> {
    for (const run of fire.runs) this.#kernel.emitRun('run:submitted', run, slot)
    for (const run of await this.#added(slot, fire.skipped)) this.#kernel.emitRun('run:skipped', run, slot)
    this.#tellIfLast(slot, fire)
  }

  /** Those of these skipped runs that were added, and not there before; none where the store fails once more. */
  async #added(slot: StoreSlot, skipped: readonly RunRecord[]): Promise<readonly RunRecord[]> {
    if (skipped.length === 0) return skipped
    try {
      const stored = await slot.store.get(skipped.map(({ id }) => ({ kind: 'run', id }) as const))
      return skipped.filter(({ status }, index) => stored[index]?.status.finishedAt === status.finishedAt)
    } catch {
      return NONE
    }
  }

  #tellIfLast(slot: StoreSlot, { isLast, job }: Fire): void {
    if (isLast) this.#kernel.events.emit('job:removed', { jobId: job.id, store: slot.alias })
  }

  /** What follows the fires that replace runs or have skipped ones. */
  async #finish(slot: StoreSlot, fires: readonly Fire[]): Promise<void> {
    const skipped: RunRecord[] = []
    for (const fire of fires) {
      skipped.push(...fire.skipped)
      if (fire.surplus > 0) await this.#replacing.replace(slot, fire.job.id, fire.job.spec.policy.maxInstances)
    }
    if (skipped.length > 0) await this.#settlement.finished(slot, skipped)
  }
}

const NONE: readonly never[] = Object.freeze([])

/** Records of the fire times that do not run. */
function skippedRuns(
  job: JobRecord,
  skipped: readonly Skip[],
  refused: Admission['refused'],
  now: number,
): readonly RunRecord[] {
  if (skipped.length === 0 && refused.length === 0) return NONE
  return [
    ...skipped.map((skip) => skippedFire(job, skip, now)),
    ...refused.map(({ at, reason }) => skippedFire(job, { at, reason, count: 1 }, now)),
  ]
}

function nextPatch(job: JobRecord, next: number, fires: number): RecordPatch<'job'> {
  if (Number.isNaN(next)) return { due: null, state: 'idle' }
  return job.spec.policy.maxRuns === null ? { due: next } : { due: next, status: { fires } }
}
