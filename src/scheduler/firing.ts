/**
 * Fires due jobs. For each, one guarded change moves the job's due time to its next fire time and adds the run
 * `jobId@fireTime`: both happen or neither, so a fire time can be neither lost nor doubled, by any number of processes.
 *
 * Where an executor has room the run is added as claimed already, which saves the write of a claim.
 */

import { decideFire, type FireDecision } from '../jobs/misfire.ts'
import type { Change, JobRecord, RecordPatch, RunRecord } from '../jobs/record.ts'
import { runIdOf } from '../jobs/run.ts'
import { type Lease, newRun, type RunSeed, skippedRun } from '../jobs/transitions.ts'
import type { ExecutorSlot } from './executor-slot.ts'
import type { Kernel } from './kernel.ts'
import type { StepResult } from './loop.ts'
import type { Runner } from './runner.ts'
import type { Settlement } from './settlement.ts'
import type { StoreSlot } from './store-slot.ts'

/** Jobs looked at in one step: bounds how long the event loop is kept. */
const SLICE = 500

/** One job's share of a step: the change, and what follows if it is applied. */
interface Fire {
  readonly job: JobRecord
  readonly change: Change
  readonly runs: readonly RunRecord[]
  readonly skipped: readonly RunRecord[]
  /** Where the first run was claimed at once: the executor in which a place was taken for it. */
  readonly executor: ExecutorSlot | undefined
  readonly isLast: boolean
}

export class Firing {
  readonly #kernel: Kernel
  readonly #runner: Runner
  readonly #settlement: Settlement

  constructor(kernel: Kernel, runner: Runner, settlement: Settlement) {
    this.#kernel = kernel
    this.#runner = runner
    this.#settlement = settlement
  }

  /** Fires up to a slice of due jobs. */
  async step(slot: StoreSlot): Promise<StepResult> {
    const { store } = slot
    const now = this.#kernel.clock.now()
    const askedAt = this.#kernel.clock.monotonic()
    const room = this.#roomNow()
    const limit = room > 0 ? Math.min(room, SLICE) : SLICE
    const due = await store.due({
      lane: 'job',
      before: now,
      limit,
      withoutFunctions: [...slot.unserved.functions],
      withoutJobs: [...slot.unserved.jobs],
    })
    if (due.length === 0) return 'nothing'
    const { roles } = this.#kernel.settings
    const known = due.filter((job) => !roles.execute || slot.unserved.isServed(this.#kernel, job, slot.alias))
    const active = await store.countActive(known.map((job) => job.id))
    const lease = { worker: this.#kernel.workerId, now, until: now + this.#kernel.settings.leaseMs }
    const fires = known.map((job) => this.#fire(slot, job, active.get(job.id) ?? 0, lease))
    await this.#commit(slot, fires, askedAt)
    return due.length === limit ? 'more' : 'all'
  }

  #roomNow(): number {
    let room = 0
    if (this.#kernel.settings.roles.execute) for (const { free } of this.#kernel.executors.values()) room += free
    return room
  }

  #fire(slot: StoreSlot, job: JobRecord, active: number, lease: Lease): Fire {
    const { policy } = job.spec
    const decision = this.#decide(slot, job, lease.now)
    const isFull = active >= policy.maxInstances
    const fires = job.status?.fires ?? 0
    const allowed = isFull ? 0 : Math.min(decision.runs.length, (policy.maxRuns ?? Number.POSITIVE_INFINITY) - fires)
    const executor = allowed > 0 ? this.#takePlace(slot, job) : undefined
    const runs: RunRecord[] = []
    for (const at of decision.runs) {
      if (runs.length >= allowed) break
      runs.push(newRun(job, seedOf(job, at), runs.length === 0 && executor !== undefined ? lease : undefined))
    }
    if (runs.length > 1) slot.heldBackJobs.add(job.id)
    const skipped = skippedRuns(job, decision, isFull, lease.now)
    const isSpent = policy.maxRuns !== null && fires + runs.length >= policy.maxRuns
    const isLast = isSpent || decision.next === Number.POSITIVE_INFINITY
    const inserts = skipped.length === 0 || policy.history.keep === 0 ? runs : [...runs, ...skipped]
    const patch = isLast ? null : nextPatch(job, decision.next, fires + runs.length)
    const change = { expect: job.version, key: { kind: 'job', id: job.id }, patch, inserts } as const
    return { job, change, runs, skipped, executor, isLast }
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
    const { roles, queues } = this.#kernel.settings
    if (!roles.execute || !queues.includes(job.queue)) return undefined
    const executor = this.#kernel.executors.get(job.spec.executor)
    if (executor === undefined || executor.free <= 0) {
      slot.crowdedFunctions.add(job.functionRef)
      return undefined
    }
    executor.take()
    return executor
  }

  async #commit(slot: StoreSlot, fires: readonly Fire[], askedAt: number): Promise<void> {
    try {
      const results = await slot.store.commit(fires.map(({ change }) => change))
      for (const [index, fire] of fires.entries()) {
        const result = results[index]
        if (result?.applied === true) this.#applied(slot, fire, result.existing, askedAt)
        else fire.executor?.giveBack()
      }
    } catch (error) {
      for (const { executor } of fires) executor?.giveBack()
      throw error
    }
    const skipped: RunRecord[] = []
    for (const fire of fires) skipped.push(...fire.skipped)
    if (skipped.length > 0) await this.#settlement.finished(slot, skipped)
  }

  #applied(slot: StoreSlot, fire: Fire, existing: readonly string[], askedAt: number): void {
    const { job, runs, skipped, executor } = fire
    for (const run of skipped) this.#kernel.emitRun('run:skipped', run, slot)
    for (const [index, run] of runs.entries()) {
      const isClaimed = index === 0 && executor !== undefined
      if (existing.includes(run.id)) {
        if (isClaimed) executor.giveBack()
        continue
      }
      this.#kernel.emitRun('run:submitted', run, slot)
      if (isClaimed) this.#runner.start(slot, executor, run, askedAt + this.#kernel.settings.leaseMs)
    }
    if (fire.isLast) this.#kernel.events.emit('job:removed', { jobId: job.id, store: slot.alias })
  }
}

function seedOf(job: JobRecord, at: number): RunSeed {
  return { id: runIdOf(job.id, at), origin: 'schedule', at }
}

const NO_RUNS: readonly RunRecord[] = Object.freeze([])

/** Records of the fire times that do not run. */
function skippedRuns(job: JobRecord, decision: FireDecision, isFull: boolean, now: number): readonly RunRecord[] {
  if (!isFull && decision.skipped.length === 0) return NO_RUNS
  const skipped = decision.skipped.map(({ at, reason, count }) =>
    skippedRun(newRun(job, seedOf(job, at)), reason, count, now),
  )
  if (!isFull) return skipped
  const refused = decision.runs.map((at) => skippedRun(newRun(job, seedOf(job, at)), 'max-instances', 1, now))
  return [...skipped, ...refused]
}

function nextPatch(job: JobRecord, next: number, fires: number): RecordPatch<'job'> {
  if (Number.isNaN(next)) return { due: null, state: 'idle' }
  return job.spec.policy.maxRuns === null ? { due: next } : { due: next, status: { fires } }
}
