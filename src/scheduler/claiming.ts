/**
 * Claims runs that wait, and takes over those whose lease is over. Never more than there is room for: a claim that
 * waits in a process keeps others from doing the work.
 */

import { patchedRecord, type RunRecord } from '../jobs/record.ts'
import { claim, type Lease, runChange, takeOver } from '../jobs/transitions.ts'
import type { ExecutorSlot } from './executor-slot.ts'
import type { Kernel } from './kernel.ts'
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
  readonly functions: Set<string>
  readonly jobs: Set<string>
}

export class Claiming {
  readonly #kernel: Kernel
  readonly #runner: Runner
  readonly #settlement: Settlement

  constructor(kernel: Kernel, runner: Runner, settlement: Settlement) {
    this.#kernel = kernel
    this.#runner = runner
    this.#settlement = settlement
  }

  /** Claims up to a slice of due runs. True if there may be more that could be claimed at once. */
  async step(slot: StoreSlot): Promise<boolean> {
    const now = this.#kernel.clock.now()
    const obstacles = this.obstacles(slot)
    slot.isStarved = this.#room() <= 0
    if (slot.isStarved) return false
    const askedAt = this.#kernel.clock.monotonic()
    const limit = Math.min(this.#room(), SLICE)
    const due = await slot.store.due({
      lane: 'run',
      before: now,
      limit,
      queues: this.#kernel.settings.queues,
      withoutFunctions: [...obstacles.functions],
      withoutJobs: [...obstacles.jobs],
    })
    if (due.length === 0) return false
    const lease = { worker: this.#kernel.workerId, now, until: now + this.#kernel.settings.leaseMs }
    const claims = this.#plan(slot, due, lease, obstacles)
    await this.#commit(slot, claims, askedAt)
    return due.length === limit && claims.length > 0
  }

  /** Functions unknown here or without room, and jobs that are at their limit in this process. */
  obstacles(slot: StoreSlot): Obstacles {
    const functions = new Set(slot.unknownFunctions)
    const jobs = new Set<string>()
    for (const { record } of slot.atWork.values()) {
      if (record.jobId !== null && this.#isAtLimit(record)) jobs.add(record.jobId)
    }
    return { functions, jobs }
  }

  #room(): number {
    let room = 0
    for (const { free } of this.#kernel.executors.values()) room += Math.max(0, free)
    return room
  }

  #isAtLimit(run: RunRecord): boolean {
    return run.jobId !== null && this.#runner.countOf(run.jobId) >= run.spec.policy.maxInstances
  }

  #plan(slot: StoreSlot, due: readonly RunRecord[], lease: Lease, obstacles: Obstacles): Claim[] {
    const claims: Claim[] = []
    const planned = new Map<string, number>()
    for (const run of due) {
      if (slot.atWork.get(run.id) !== undefined) continue
      const executor = this.#executorFor(slot, run)
      const before = run.jobId === null ? 0 : this.#runner.countOf(run.jobId) + (planned.get(run.jobId) ?? 0)
      if (executor === undefined || before >= run.spec.policy.maxInstances) {
        if (executor !== undefined && run.jobId !== null) obstacles.jobs.add(run.jobId)
        continue
      }
      if (run.jobId !== null) planned.set(run.jobId, (planned.get(run.jobId) ?? 0) + 1)
      claims.push(this.#claim(run, executor, lease))
    }
    return claims
  }

  #claim(run: RunRecord, executor: ExecutorSlot, lease: Lease): Claim {
    const { patch, claimed } =
      run.state === 'running' ? takeOver(run, lease) : { patch: claim(run, lease), claimed: true }
    if (claimed) executor.take()
    return { run, patch, after: patchedRecord<'run'>(run, patch), executor: claimed ? executor : undefined }
  }

  /** The executor of a run if it has room; undefined leaves the run where it is. */
  #executorFor(slot: StoreSlot, run: RunRecord): ExecutorSlot | undefined {
    const executor = this.#kernel.executors.get(run.spec.executor)
    if (executor === undefined || this.#kernel.functions.lookup(run.functionRef) === undefined) {
      slot.unknownFunctions.add(run.functionRef)
      this.#kernel.logger.warn(
        { runId: run.id, functionRef: run.functionRef, executor: run.spec.executor, store: slot.alias },
        'the run waits for a process that knows its function and executor',
      )
      return undefined
    }
    if (executor.free > 0) return executor
    slot.isStarved = true
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
          this.#kernel.emitRun('run:failed', after, slot.alias)
          this.#settlement.announceEnd(after.id)
        }
      }
    } catch (error) {
      for (const { executor } of claims) executor?.giveBack()
      throw error
    }
    if (finished.length > 0) await this.#settlement.finished(slot, finished)
  }
}
