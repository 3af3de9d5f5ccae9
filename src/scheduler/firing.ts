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

  /** Fires up to a slice of due jobs. True if there may be more. */
  async step(slot: StoreSlot): Promise<boolean> {
    const { store } = slot
    const now = this.#kernel.clock.now()
    const askedAt = this.#kernel.clock.monotonic()
    const room = this.#roomNow()
    const limit = room > 0 ? Math.min(room, SLICE) : SLICE
    const due = await store.due({ lane: 'job', before: now, limit, withoutFunctions: [...slot.unknownFunctions] })
    if (due.length === 0) return false
    const known = due.filter((job) => this.#canFire(slot, job))
    const active = await store.countActive(known.map((job) => job.id))
    const lease = { worker: this.#kernel.workerId, now, until: now + this.#kernel.settings.leaseMs }
    const fires = known.map((job) => this.#fire(slot, job, active.get(job.id) ?? 0, lease))
    await this.#commit(slot, fires, askedAt)
    return due.length === limit
  }

  #roomNow(): number {
    let room = 0
    if (this.#kernel.settings.roles.execute) for (const { free } of this.#kernel.executors.values()) room += free
    return room
  }

  /** A job whose function or executor is unknown here is left for a process that knows it. */
  #canFire(slot: StoreSlot, job: JobRecord): boolean {
    if (!this.#kernel.settings.roles.execute) return true
    const isKnown = this.#kernel.functions.lookup(job.functionRef) !== undefined
    if (isKnown && this.#kernel.executors.has(job.spec.executor)) return true
    slot.unknownFunctions.add(job.functionRef)
    this.#kernel.logger.warn(
      { jobId: job.id, functionRef: job.functionRef, executor: job.spec.executor, store: slot.alias },
      'the job waits for a process that knows its function and executor',
    )
    return false
  }

  #fire(slot: StoreSlot, job: JobRecord, active: number, lease: Lease): Fire {
    const { trigger, policy } = job.spec
    const decision = decideFire(trigger, job.due ?? lease.now, lease.now, policy)
    const isFull = active >= policy.maxInstances
    const fires = job.status?.fires ?? 0
    const allowed = isFull ? 0 : Math.min(decision.runs.length, (policy.maxRuns ?? Number.POSITIVE_INFINITY) - fires)
    const executor = allowed > 0 ? this.#takePlace(job) : undefined
    if (executor === undefined && allowed > 0) slot.isStarved = true
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

  /** Takes a place for the first run where there is one. */
  #takePlace(job: JobRecord): ExecutorSlot | undefined {
    if (!this.#kernel.settings.roles.execute) return undefined
    const executor = this.#kernel.executors.get(job.spec.executor)
    if (executor === undefined || executor.free <= 0) return undefined
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
    for (const run of skipped) this.#kernel.emitRun('run:skipped', run, slot.alias)
    for (const [index, run] of runs.entries()) {
      const isClaimed = index === 0 && executor !== undefined
      if (existing.includes(run.id)) {
        if (isClaimed) executor.giveBack()
        continue
      }
      this.#kernel.emitRun('run:submitted', run, slot.alias)
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
  return job.spec.policy.maxRuns === null ? { due: next } : { due: next, status: { fires } }
}
