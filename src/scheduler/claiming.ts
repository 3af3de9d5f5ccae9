/**
 * Claims runs that wait, and takes over those whose lease is over. Never more than there is room for: a claim that
 * waits in a process keeps others from doing the work.
 */

import { patchedRecord, type RunRecord } from '../jobs/record.ts'
import { claim, type Lease, runChange, takeOver } from '../jobs/transitions.ts'
import type { ExecutorSlot } from './executor-slot.ts'
import type { Kernel } from './kernel.ts'
import type { LeaseKeeper } from './lease-keeper.ts'
import type { StepResult } from './loop.ts'
import type { RunAtWork } from './run-at-work.ts'
import type { Runner } from './runner.ts'
import type { Settlement } from './settlement.ts'
import type { StoreSlot } from './store-slot.ts'

const SLICE = 500

/** A run on its way to this process (`executor` given), or to its end because its process died. */
interface Claim {
  readonly run: RunRecord
  readonly after: RunRecord
  readonly patch: Parameters<typeof runChange>[1]
  readonly executor: ExecutorSlot | undefined
}

/** What keeps runs from being claimed here, beyond what the store knows. */
interface Obstacles {
  /** Functions that are unknown here, or whose executor has no room. */
  readonly functions: readonly string[]
  /** Jobs that are unknown here, or that have as many runs at work as they may have. */
  readonly jobs: readonly string[]
}

export class Claiming {
  readonly #kernel: Kernel
  readonly #runner: Runner
  readonly #settlement: Settlement
  readonly #leases: LeaseKeeper

  constructor(kernel: Kernel, runner: Runner, settlement: Settlement, leases: LeaseKeeper) {
    this.#kernel = kernel
    this.#runner = runner
    this.#settlement = settlement
    this.#leases = leases
  }

  /** Claims up to a slice of due runs. */
  async step(slot: StoreSlot): Promise<StepResult> {
    const now = this.#kernel.clock.now()
    const room = this.#room()
    slot.isStarved = room <= 0
    if (slot.isStarved) return 'nothing'
    const { functions, jobs } = this.obstacles(slot)
    const askedAt = this.#kernel.clock.monotonic()
    const limit = Math.min(room, SLICE)
    const due = await slot.store.due({
      lane: 'run',
      before: now,
      limit,
      queues: this.#kernel.settings.queues,
      withoutFunctions: functions,
      withoutJobs: jobs,
    })
    if (due.length === 0) return 'nothing'
    await this.#keepOwn(slot, due)
    const lease = { worker: this.#kernel.workerId, now, until: now + this.#kernel.settings.leaseMs }
    const elsewhere = await this.#atWorkElsewhere(slot, due, now)
    const claims = this.#plan(slot, due, lease, elsewhere)
    await this.#commit(slot, claims, askedAt)
    if (due.length === limit) return 'more'
    return claims.length > 0 ? 'all' : 'nothing'
  }

  obstacles(slot: StoreSlot): Obstacles {
    const { unserved } = slot
    const functions = [...unserved.functions, ...unserved.functionsOfRuns, ...slot.crowdedFunctions]
    const jobs = [...unserved.jobs, ...slot.busyElsewhere]
    for (const [jobId, { count, limit }] of this.#atWork(slot)) if (count >= limit) jobs.push(jobId)
    return { functions, jobs }
  }

  /** Runs at work here of each job that has any, and how many it may have. */
  #atWork(slot: StoreSlot): Map<string, { count: number; limit: number }> {
    const jobs = new Map<string, { count: number; limit: number }>()
    for (const { record } of slot.atWork.values()) {
      if (record.jobId === null) continue
      const limit = record.spec.policy.maxInstances
      jobs.set(record.jobId, { count: (jobs.get(record.jobId)?.count ?? 0) + 1, limit })
    }
    return jobs
  }

  /**
   * Runs of these jobs that are at work in other processes, of jobs that may be at their limit with them. A run whose
   * lease is over does not count: nobody is at work on it.
   */
  async #atWorkElsewhere(
    slot: StoreSlot,
    due: readonly RunRecord[],
    now: number,
  ): Promise<ReadonlyMap<string, number>> {
    const limits = new Map<string, number>()
    for (const { jobId, spec } of due) if (jobId !== null) limits.set(jobId, spec.policy.maxInstances)
    const counts = new Map<string, number>()
    if (limits.size === 0) return counts
    const active = await slot.store.countActive([...limits.keys()])
    for (const [jobId, limit] of limits) {
      if ((active.get(jobId) ?? 0) <= limit) continue
      const running = await slot.store.list({ kind: 'run', jobId, states: ['running'], limit: SLICE })
      const { workerId } = this.#kernel
      const others = running.filter((run) => run.status.worker !== workerId && (run.due ?? now) > now)
      counts.set(jobId, others.length)
    }
    return counts
  }

  /** A run at work here whose lease seems over, because the wall clock was stepped, is renewed and not taken over. */
  async #keepOwn(slot: StoreSlot, due: readonly RunRecord[]): Promise<void> {
    const own: RunAtWork[] = []
    for (const { id } of due) {
      const work = slot.atWork.get(id)
      if (work !== undefined) own.push(work)
    }
    if (own.length > 0) await this.#leases.renew(slot, own)
  }

  #room(): number {
    let room = 0
    for (const { free } of this.#kernel.executors.values()) room += Math.max(0, free)
    return room
  }

  #plan(slot: StoreSlot, due: readonly RunRecord[], lease: Lease, elsewhere: ReadonlyMap<string, number>): Claim[] {
    const claims: Claim[] = []
    const atWork = this.#atWork(slot)
    for (const run of due) {
      if (slot.atWork.has(run.id) || this.#isSettling(slot, run)) continue
      const limit = run.spec.policy.maxInstances
      const count = run.jobId === null ? 0 : (atWork.get(run.jobId)?.count ?? 0)
      const others = run.jobId === null ? 0 : (elsewhere.get(run.jobId) ?? 0)
      if (run.jobId !== null && count + others >= limit) {
        slot.heldBackJobs.add(run.jobId)
        if (others > 0) slot.busyElsewhere.add(run.jobId)
        continue
      }
      const executor = this.#executorFor(slot, run)
      if (executor === undefined) continue
      if (run.jobId !== null) atWork.set(run.jobId, { count: count + 1, limit })
      claims.push(this.#claim(run, executor, lease))
    }
    return claims
  }

  /** A run that ended here is not taken over because its end comes late to the store. */
  #isSettling(slot: StoreSlot, run: RunRecord): boolean {
    return run.status.worker === this.#kernel.workerId && this.#settlement.isSettling(slot, run.id)
  }

  #claim(run: RunRecord, executor: ExecutorSlot, lease: Lease): Claim {
    const { patch, claimed } =
      run.state === 'running' ? takeOver(run, lease) : { patch: claim(run, lease), claimed: true }
    if (claimed) executor.take()
    return { run, patch, after: patchedRecord<'run'>(run, patch), executor: claimed ? executor : undefined }
  }

  /** The executor of a run if it has room; undefined leaves the run where it is. */
  #executorFor(slot: StoreSlot, run: RunRecord): ExecutorSlot | undefined {
    if (!slot.unserved.isServed(this.#kernel, run, slot.alias)) return undefined
    const executor = this.#kernel.executors.get(run.spec.executor)
    if (executor !== undefined && executor.free > 0) return executor
    slot.crowdedFunctions.add(run.functionRef)
    return undefined
  }

  async #commit(slot: StoreSlot, claims: readonly Claim[], askedAt: number): Promise<void> {
    const finished: RunRecord[] = []
    try {
      const results = await slot.store.commit(claims.map(({ run, patch }) => runChange(run, patch)))
      for (const [index, { after, executor }] of claims.entries()) {
        if (results[index]?.applied !== true) executor?.giveBack()
        else if (executor !== undefined)
          this.#runner.start(slot, executor, after, askedAt + this.#kernel.settings.leaseMs)
        else {
          if (after.lane === 'history') finished.push(after)
          this.#kernel.emitRun('run:failed', after, slot)
          this.#settlement.announceEnd(after.id, { slot, record: after })
        }
      }
    } catch (error) {
      for (const { executor } of claims) executor?.giveBack()
      throw error
    }
    if (finished.length > 0) await this.#settlement.finished(slot, finished)
  }
}
