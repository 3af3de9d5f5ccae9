/**
 * Runs claimed runs: hands each to its executor and takes its end to the settlement. Whatever a handler does - throws,
 * rejects, ends with a value that is no error, ignores its signal - is contained here.
 */

import { LONGEST_TIMER_MS } from '../../core/clock.ts'
import { CronwrightError } from '../../errors.ts'
import type { RunRecord } from '../../jobs/record.ts'
import { failedOutcome, outcomeOf } from '../../jobs/result.ts'
import { isFinal } from '../../jobs/run.ts'
import type { Outcome } from '../../jobs/transitions.ts'
import type { Kernel } from '../kernel.ts'
import type { ExecutorSlot } from '../slots/executor-slot.ts'
import type { StoreSlot } from '../slots/store-slot.ts'
import { isNearlyOver, type LeaseKeeper } from './lease-keeper.ts'
import { writeLogs } from './log-writer.ts'
import { RunAtWork, type StopCause } from './run-at-work.ts'
import type { Settlement } from './settlement.ts'

export class Runner {
  readonly #kernel: Kernel
  readonly #settlement: Settlement
  readonly #onRoom: (ended: RunAtWork) => void
  readonly #leases: LeaseKeeper
  #isOpen = false
  #count = 0
  #onIdle: (() => void) | undefined

  /** @param onRoom - called when a run ends: there is room for another */
  constructor(kernel: Kernel, settlement: Settlement, leases: LeaseKeeper, onRoom: (ended: RunAtWork) => void) {
    this.#kernel = kernel
    this.#settlement = settlement
    this.#leases = leases
    this.#onRoom = onRoom
  }

  /** The runs at work, of all stores. */
  atWork(): RunAtWork[] {
    const works: RunAtWork[] = []
    for (const slot of this.#kernel.stores.values()) works.push(...slot.atWork.values())
    return works
  }

  /** Starts runs from now on. */
  open(): void {
    this.#isOpen = true
  }

  /** Starts no more runs: one that still comes, because its store answered late, is given back. */
  close(): void {
    this.#isOpen = false
  }

  /** Starts a run that this process holds; a place in its executor was taken for it. `leaseEndsAt` is monotonic. */
  start(slot: StoreSlot, executor: ExecutorSlot, record: RunRecord, leaseEndsAt: number): void {
    const work = this.#hold(slot, executor, record, leaseEndsAt)
    if (work !== undefined) this.#begin(work)
  }

  /** The same in the next turn of the event loop: who waits for the run to be added hears of that first. */
  startNext(slot: StoreSlot, executor: ExecutorSlot, record: RunRecord, leaseEndsAt: number): void {
    const work = this.#hold(slot, executor, record, leaseEndsAt)
    if (work === undefined) return
    const { clock, settings } = this.#kernel
    const begin = (): void => {
      if (work.hasEnded) return
      if (!this.#isOpen || isNearlyOver(work.leaseEndsAt, settings.leaseMs, clock.monotonic())) this.handBack(work)
      else this.#begin(work)
    }
    clock.setTimer(begin, 0)
  }

  /** Forgets a run that is no longer this process's: whatever its handler still does is ignored. */
  abandon(work: RunAtWork, cause: StopCause, reason: Error): void {
    this.#end(work)
    work.stop(cause, reason)
    void writeLogs(work.slot, [work])
  }

  /**
   * Gives up a run that this process no longer holds, or will soon no longer hold. `stored` is the run as it is now, where
   * that is known: cancelled by another process, taken over, or gone.
   */
  lose(work: RunAtWork, stored?: RunRecord): void {
    const isCancelled = stored?.state === 'cancelled'
    if (work.hasEnded || (isCancelled && work.isBeingCancelled)) return
    const { id: runId, fence, slot } = work
    const reason = isCancelled
      ? new CronwrightError('RUN_CANCELLED', `the run ${runId} was cancelled`, { details: { runId } })
      : new CronwrightError('LEASE_LOST', `the run ${runId} is no longer held by this process`, {
          details: { runId, fence },
        })
    this.abandon(work, isCancelled ? 'cancelled' : 'lease-lost', reason)
    // Who cancelled it has counted it.
    if (isCancelled) this.#kernel.tellRun('run:cancelled', stored, slot)
    else this.#kernel.emitRun('run:lost', work.record, slot)
    if (stored !== undefined && isFinal(stored.state)) this.#settlement.announceEnd(runId, { slot, record: stored })
  }

  /** Gives a run back to its store: whatever its handler still does is ignored. */
  handBack(work: RunAtWork): void {
    if (work.hasEnded) return
    this.#end(work)
    this.#settlement.handBack(work)
  }

  /** Resolves when nothing is at work. */
  idle(): Promise<void> {
    if (this.#count === 0) return Promise.resolve()
    return new Promise((resolve) => {
      this.#onIdle = resolve
    })
  }

  /** Counts a run as at work; undefined where none is started any more. */
  #hold(slot: StoreSlot, executor: ExecutorSlot, record: RunRecord, leaseEndsAt: number): RunAtWork | undefined {
    const work = new RunAtWork(slot, executor, record, leaseEndsAt, this.#leases.reports)
    if (!this.#isOpen || slot.isReleased) {
      executor.giveBack(record.queue)
      this.#settlement.handBack(work)
      return undefined
    }
    // This claim is certain: one that was lost before it, and has the same fence, must not be taken for it later.
    slot.uncertainClaims.delete(record.id)
    slot.atWork.set(record.id, work)
    this.#count += 1
    this.#leases.keep(slot)
    return work
  }

  #begin(work: RunAtWork): void {
    this.#armTimeout(work)
    this.#kernel.emitRun('run:started', work.record, work.slot)
    this.#execute(work)
  }

  #execute(work: RunAtWork): void {
    try {
      const code = this.#kernel.functions.lookup(work.functionRef)?.code
      if (code === undefined) throw new CronwrightError('FUNCTION_LOOKUP', `no function ${work.functionRef}`)
      const input = work.slot.isolate(work.record.spec.input)
      const returned = work.executor.execute({ code, input, run: work })
      if (isThenable(returned)) {
        returned.then(
          (value: unknown) => this.#finish(work, () => outcomeOf(value)),
          (error: unknown) => this.#finish(work, () => failedOutcome(error)),
        )
      } else this.#finish(work, () => outcomeOf(returned))
    } catch (error) {
      this.#finish(work, () => failedOutcome(error))
    }
  }

  #finish(work: RunAtWork, outcome: () => Outcome): void {
    if (work.hasEnded) return
    this.#end(work)
    const own = outcome()
    const isInterrupted = work.stopCause === 'shutdown' || this.#isStranded(work, own)
    if (isInterrupted && own.kind !== 'completed') this.#settlement.handBack(work)
    else this.#settlement.settle(work, this.#storable(work, own))
  }

  /** Whether a run ended because its executor was removed and shut down under it. */
  #isStranded(work: RunAtWork, own: Outcome): boolean {
    if (own.kind !== 'failed' || own.error.code !== 'SHUTDOWN') return false
    return this.#kernel.executors.get(work.executor.alias) !== work.executor
  }

  /** An output that the store cannot keep fails the run instead of the store's batch. */
  #storable(work: RunAtWork, outcome: Outcome): Outcome {
    if (outcome.kind !== 'completed' || outcome.output === undefined) return outcome
    try {
      return { ...outcome, output: work.slot.isolate(outcome.output, '$.output') }
    } catch (error) {
      return failedOutcome(error)
    }
  }

  #end(work: RunAtWork): void {
    if (work.hasEnded) return
    work.end()
    work.executor.giveBack(work.queue)
    work.slot.atWork.delete(work.record.id)
    this.#count -= 1
    if (this.#count === 0) this.#onIdle?.()
    this.#onRoom(work)
  }

  /** A handler past its timeout is told to stop, its run fails at once, and what it does later is ignored. */
  #armTimeout(work: RunAtWork): void {
    const { timeoutMs } = work.record.spec.policy
    if (timeoutMs === null) return
    const endsAt = this.#kernel.clock.monotonic() + timeoutMs
    const wait = (): void => {
      const left = endsAt - this.#kernel.clock.monotonic()
      if (left > 0) {
        const timer = this.#kernel.clock.setTimer(wait, Math.min(left, LONGEST_TIMER_MS))
        work.cancelTimeout = () => timer.cancel()
        return
      }
      const error = new CronwrightError('RUN_TIMEOUT', `the run ${work.id} took longer than ${timeoutMs} ms`, {
        details: { runId: work.id, timeoutMs },
      })
      this.abandon(work, 'timeout', error)
      this.#settlement.settle(work, failedOutcome(error))
    }
    wait()
  }
}

function isThenable(value: unknown): value is PromiseLike<unknown> {
  return typeof value === 'object' && value !== null && 'then' in value && typeof value.then === 'function'
}
