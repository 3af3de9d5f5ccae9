/**
 * Claims runs that wait, and takes over those whose lease is over. Never more than there is room for: a claim that
 * waits in a process keeps others from doing the work.
 *
 *   uncertain claims -> what is due -> what may start here -> commit -> look at the limits of its jobs -> start
 *
 * A run that was lost twice is claimed by itself, and starts before the next is claimed: what kills its process, or keeps the
 * thread until leases are over, does so again with whatever is claimed together with it, and after three times all are dead.
 */

import { yieldToEventLoop } from '../../core/clock.ts'
import { instanceLimit } from '../../jobs/overlap.ts'
import { patchedRecord, type RunRecord } from '../../jobs/record.ts'
import { claim, type Lease, runChange, takeOver } from '../../jobs/transitions.ts'
import type { Kernel } from '../kernel.ts'
import { isNearlyOver, type LeaseKeeper } from '../running/lease-keeper.ts'
import type { RunAtWork } from '../running/run-at-work.ts'
import type { Runner } from '../running/runner.ts'
import type { Settlement } from '../running/settlement.ts'
import type { ExecutorSlot } from '../slots/executor-slot.ts'
import type { StoreSlot } from '../slots/store-slot.ts'
import { type ClaimedRun, InstanceLimit } from './instance-limit.ts'
import type { StepResult } from './step-result.ts'
import type { UncertainClaims } from './uncertain-claims.ts'

const SLICE = 500
/** Runs claimed by themselves in one step. */
const MOST_ALONE = 20
/** Turns of the event loop in which the writing of an end begins. */
const TURNS_TO_WRITE = 3

/** A run on its way to this process (`executor` given), or to its end because its process died. */
interface Claim {
  readonly run: RunRecord
  readonly after: RunRecord
  readonly patch: Parameters<typeof runChange>[1]
  readonly executor: ExecutorSlot | undefined
}

/** Claims that are written together. */
interface Claims {
  readonly claims: readonly Claim[]
  /** Monotonic: when their leases began, at the latest. */
  readonly askedAt: number
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
  readonly #uncertain: UncertainClaims
  readonly #instances: InstanceLimit

  constructor(kernel: Kernel, runner: Runner, settlement: Settlement, leases: LeaseKeeper, uncertain: UncertainClaims) {
    this.#kernel = kernel
    this.#runner = runner
    this.#settlement = settlement
    this.#leases = leases
    this.#uncertain = uncertain
    this.#instances = new InstanceLimit(kernel)
  }

  /** Claims up to a slice of due runs. */
  async step(slot: StoreSlot): Promise<StepResult> {
    await this.settleUncertain(slot)
    const room = this.#room()
    slot.isStarved = room <= 0
    if (slot.isStarved) return 'nothing'
    const ahead = slot.ahead.begin(room)
    const limit = Math.min(room, ahead?.limit ?? SLICE)
    const due = ahead === undefined ? await this.#due(slot, limit) : (await ahead.runs).slice(0, limit)
    const isFrontLeft = due.length < limit && slot.crowds.run.ended()
    if (due.length === 0) return isFrontLeft ? 'more' : 'nothing'
    const isFull = due.length === limit
    await this.#keepOwn(slot, due)
    const elsewhere = await this.#instances.atWorkElsewhere(slot, due)
    const suspects = due.filter(isSuspect)
    const alone = suspects.slice(0, MOST_ALONE).map((run) => [run])
    let isAny = false
    let isTooLate = false
    for (const runs of [due.filter((run) => !isSuspect(run)), ...alone]) {
      const planned = this.#plan(slot, runs, elsewhere)
      if (planned.claims.length === 0) continue
      isAny = true
      const onClaimed = isFull && suspects.length === 0 ? () => this.#readAhead(slot, limit) : undefined
      if (await this.#commit(slot, planned, isFull, onClaimed)) isTooLate = true
      if (suspects.length > 0) await this.#letBegin(slot, runs)
    }
    if (isFull) slot.ahead.filled(limit)
    // A page of runs that nobody may take over yet is not asked for again at once.
    if (!isAny && this.#kernel.areLeasesDoubtful) return 'nothing'
    if (isFull || isFrontLeft || isTooLate || suspects.length > MOST_ALONE) return 'more'
    return isAny ? 'all' : 'nothing'
  }

  /** Until what was started has had the thread, and what ended at once is written, so that nothing claimed next can undo it. */
  async #letBegin(slot: StoreSlot, runs: readonly RunRecord[]): Promise<void> {
    slot.isFiring = false
    await yieldToEventLoop(this.#kernel.clock)
    for (
      let turn = 0;
      turn < TURNS_TO_WRITE && runs.some(({ id }) => this.#settlement.isSettling(slot, id));
      turn += 1
    ) {
      await yieldToEventLoop(this.#kernel.clock)
      await this.#settlement.writing(slot)
    }
  }

  #due(slot: StoreSlot, limit: number): Promise<readonly RunRecord[]> {
    const { queues } = this.#kernel
    const { functions, jobs } = this.obstacles(slot)
    const skip = queues.haveOneOrder ? slot.crowds.run.skip(limit, Math.random()) : 0
    return queues.due(slot, { before: slot.now(), limit, skip, withoutFunctions: functions, withoutJobs: jobs })
  }

  /** Asks for the next page where its answer will be of use: a store in this process would only keep its thread. */
  #readAhead(slot: StoreSlot, limit: number): void {
    if (slot.store.capabilities.embedded === true || !this.#kernel.queues.haveOneOrder) return
    if (!slot.ahead.doesPay || slot.crowds.run.isCrowded) return
    slot.ahead.keep({ runs: this.#due(slot, limit), limit })
  }

  obstacles(slot: StoreSlot): Obstacles {
    const jobs = [...slot.unserved.jobs, ...slot.busyElsewhere]
    for (const [jobId, { count, limit }] of this.#instances.atWorkHere(slot)) if (count >= limit) jobs.push(jobId)
    return { functions: functionsInTheWay(slot), jobs }
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

  #plan(slot: StoreSlot, due: readonly RunRecord[], elsewhere: ReadonlyMap<string, number>): Claims {
    const claims: Claim[] = []
    const askedAt = this.#kernel.clock.monotonic()
    const now = slot.now()
    const lease = { worker: this.#kernel.workerId, now, until: now + this.#kernel.settings.leaseMs }
    const atWork = this.#instances.atWorkHere(slot)
    for (const run of due) {
      if (slot.atWork.has(run.id) || this.#isSettling(slot, run)) continue
      if (run.state === 'running' && this.#kernel.areLeasesDoubtful) continue
      const limit = instanceLimit(run.spec.policy)
      const count = run.jobId === null ? 0 : (atWork.get(run.jobId)?.count ?? 0)
      const others = run.jobId === null ? 0 : (elsewhere.get(run.jobId) ?? 0)
      if (run.jobId !== null && count + others >= limit) {
        slot.holdBack(run.jobId)
        if (others > 0) slot.busyElsewhere.add(run.jobId)
        continue
      }
      const executor = this.#executorFor(slot, run)
      if (executor === undefined) continue
      if (run.jobId !== null) atWork.set(run.jobId, { count: count + 1, limit })
      claims.push(this.#claim(run, executor, lease))
    }
    return { claims, askedAt }
  }

  /** A run that ended here is not taken over because its end comes late to the store. */
  #isSettling(slot: StoreSlot, run: RunRecord): boolean {
    return run.status.worker === this.#kernel.workerId && this.#settlement.isSettling(slot, run.id)
  }

  #claim(run: RunRecord, executor: ExecutorSlot, lease: Lease): Claim {
    const { patch, claimed } =
      run.state === 'running' ? takeOver(run, lease) : { patch: claim(run, lease), claimed: true }
    if (claimed) executor.take(run.queue)
    return { run, patch, after: patchedRecord<'run'>(run, patch), executor: claimed ? executor : undefined }
  }

  /** The executor of a run if it has room; undefined leaves the run where it is. */
  #executorFor(slot: StoreSlot, run: RunRecord): ExecutorSlot | undefined {
    if (!slot.unserved.isServed(this.#kernel, run, slot.alias)) return undefined
    const executor = this.#kernel.executors.get(run.spec.executor)
    if (executor !== undefined && executor.free > 0) {
      return this.#kernel.queues.isOpen(slot, run.queue) ? executor : undefined
    }
    slot.crowdedFunctions.add(run.functionRef)
    return undefined
  }

  /**
   * Whether the answer came too late to start what was claimed.
   *
   * @param onClaimed - called before anything is started
   */
  async #commit(
    slot: StoreSlot,
    { claims, askedAt }: Claims,
    isFull: boolean,
    onClaimed: () => void = () => undefined,
  ): Promise<boolean> {
    const claimed: ClaimedRun[] = []
    const ended: RunRecord[] = []
    let refused = 0
    try {
      const results = await slot.store.commit(claims.map(({ run, patch }) => runChange(run, patch)))
      for (const [index, { after, executor }] of claims.entries()) {
        if (results[index]?.applied !== true) {
          refused += 1
          executor?.giveBack(after.queue)
        } else if (executor === undefined) ended.push(after)
        else claimed.push({ run: after, executor })
      }
    } catch (error) {
      for (const { run, after, executor } of claims) {
        executor?.giveBack(run.queue)
        this.#remember(slot, after, askedAt, executor === undefined ? () => this.#tellEnd(slot, after) : undefined)
      }
      throw error
    }
    slot.crowds.run.tried(claims.length, refused, isFull)
    onClaimed()
    for (const run of ended) this.#tellEnd(slot, run)
    const isTooLate = await this.#start(slot, claimed, askedAt)
    const finished = ended.filter(({ lane }) => lane === 'history')
    if (finished.length > 0) await this.#settlement.finished(slot, finished)
    return isTooLate
  }

  /** Starts what was claimed although the store did not answer; a runner that is closed hands it back. */
  async settleUncertain(slot: StoreSlot): Promise<void> {
    if (slot.uncertainClaims.size === 0) return
    const { claimed, askedAt } = await this.#uncertain.settle(slot)
    await this.#start(slot, claimed, askedAt)
  }

  /** Starts what is claimed, as far as the limits of its jobs allow; nothing if its leases are over by now. */
  async #start(slot: StoreSlot, claimed: readonly ClaimedRun[], askedAt: number): Promise<boolean> {
    if (claimed.length === 0) return false
    let mayStart = claimed
    try {
      mayStart = await this.#instances.look(slot, claimed)
    } catch (error) {
      for (const { run, executor } of claimed) {
        executor.giveBack(run.queue)
        this.#remember(slot, run, askedAt)
      }
      throw error
    }
    const leaseEndsAt = askedAt + this.#kernel.settings.leaseMs
    let isTooLate = false
    for (const { run, executor } of mayStart) {
      // Looked at before each: a handler that keeps the thread lets the leases of those behind it run out.
      if (isNearlyOver(leaseEndsAt, this.#kernel.settings.leaseMs, this.#kernel.clock.monotonic())) {
        isTooLate = true
        executor.giveBack(run.queue)
        this.#remember(slot, run, askedAt)
      } else this.#runner.start(slot, executor, run, leaseEndsAt)
    }
    return isTooLate
  }

  #remember(slot: StoreSlot, run: RunRecord, askedAt: number, tell: () => void = () => undefined): void {
    const until = askedAt + this.#kernel.settings.leaseMs
    this.#uncertain.remember(slot, { run, until, tell })
  }

  #tellEnd(slot: StoreSlot, run: RunRecord): void {
    this.#kernel.emitRun('run:failed', run, slot)
    this.#settlement.announceEnd(run.id, { slot, record: run })
  }
}

/** Whether a run was lost twice, once now perhaps. */
function isSuspect({ state, status }: RunRecord): boolean {
  return status.crashes + (state === 'running' ? 1 : 0) >= 2
}

function functionsInTheWay({ unserved, crowdedFunctions }: StoreSlot): readonly string[] {
  return [...unserved.functions, ...unserved.functionsOfRuns, ...crowdedFunctions]
}
