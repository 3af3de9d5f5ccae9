/** A store that fails as it is told: for tests of what a handler, or the scheduler, does when its store is far away. */

import { type Clock, systemClock } from '../core/clock.ts'
import { type Duration, parseDuration } from '../core/duration.ts'
import { checkFields } from '../core/validate.ts'
import { CronwrightError, InvalidArgumentError } from '../errors.ts'
import { RecordJobStore } from '../stores/record-job-store.ts'
import { type Fault, type FaultMoment, FaultPlan, type RandomFaults } from './fault-plan.ts'
import { ForwardingJobStore, STORE_OPERATIONS, type StoreOperation } from './forwarding-job-store.ts'
import { ManualClock } from './manual-clock.ts'

/** Options of {@link FaultyJobStore}. */
export interface FaultyJobStoreOptions {
  /** Faults by the number of the call; more can be planned later. */
  readonly faults?: readonly Fault[]
  /** Faults drawn at random. */
  readonly random?: RandomFaults
  /** How long every call takes. @default 0 */
  readonly latency?: Duration
  /** What delays, and outages of a certain length, are measured by. @default the operating system's */
  readonly clock?: Clock
}

/** A fault that a call met. */
export interface InjectedFault {
  readonly operation: StoreOperation
  /** Which call of the operation it was, 1 the first. */
  readonly call: number
  readonly when: FaultMoment
}

const OPTION_KEYS = ['faults', 'random', 'latency', 'clock'] as const satisfies readonly (keyof FaultyJobStoreOptions)[]

/**
 * Stands before a built-in store and fails by plan: before a call is made (nothing is written), after it (it is written,
 * and the reply is lost), for a while, or late. A call that fails rejects with a `CronwrightError` (`STORE_ERROR`).
 *
 * Closing always closes the store behind, even where it is planned to fail.
 *
 * @example
 * const store = new FaultyJobStore(new MemoryJobStore(), { random: { seed: 7, before: 0.2, after: 0.2 } })
 * store.plan({ operation: 'commit', when: 'after' }) // the reply to the next commit is lost
 */
export class FaultyJobStore extends ForwardingJobStore {
  readonly #plan: FaultPlan
  readonly #clock: Clock
  readonly #latencyMs: number
  readonly #calls: Record<StoreOperation, number> = noCalls()
  readonly #injected: InjectedFault[] = []
  /** Monotonic: when the outage is over. */
  #isDownUntil = Number.NEGATIVE_INFINITY

  /** @throws InvalidArgumentError */
  constructor(store: RecordJobStore, options: FaultyJobStoreOptions = {}) {
    if (!(store instanceof RecordJobStore))
      throw new InvalidArgumentError('store', store, 'must be a built-in job store')
    super(store)
    const { latency = 0 } = checkFields(options, 'options', OPTION_KEYS)
    const { faults = [], random, clock = systemClock } = options
    this.#latencyMs = parseDuration(latency, 'options.latency')
    this.#clock = clock
    this.#plan = new FaultPlan(random, 'options.random')
    for (const [index, fault] of faults.entries()) this.#plan.add(fault, `options.faults[${index}]`)
  }

  /** How often each operation was called, whatever became of it. */
  get calls(): Readonly<Record<StoreOperation, number>> {
    return { ...this.#calls }
  }

  /** The faults that calls met, in their order. */
  get injected(): readonly InjectedFault[] {
    return [...this.#injected]
  }

  /** Plans a fault, counted from now. @throws InvalidArgumentError */
  plan(fault: Fault): void {
    this.#plan.add(fault, 'fault')
  }

  /** The store is away: every call fails, before anything is done. @param duration - how long; left out, until `recover` */
  fail(duration?: Duration): void {
    const ms = duration === undefined ? Number.POSITIVE_INFINITY : parseDuration(duration, 'duration')
    this.#isDownUntil = this.#clock.monotonic() + ms
  }

  /** Ends an outage and forgets the faults that were named; those drawn at random go on. */
  recover(): void {
    this.#isDownUntil = Number.NEGATIVE_INFINITY
    this.#plan.clear()
  }

  protected override async forward<T>(operation: StoreOperation, call: () => Promise<T>): Promise<T> {
    this.#calls[operation] += 1
    const number = this.#calls[operation]
    const fate = this.#plan.next(operation)
    await this.#wait(fate.delayBefore + this.#latencyMs)
    const isDown = this.#clock.monotonic() < this.#isDownUntil
    if (operation !== 'close' && (isDown || fate.fails === 'before')) throw this.#fault(operation, number, 'before')
    const result = await call()
    await this.#wait(fate.delayAfter)
    if (isDown || fate.fails !== null) throw this.#fault(operation, number, 'after')
    return result
  }

  async #wait(ms: number): Promise<void> {
    if (ms <= 0) return
    if (this.#clock instanceof ManualClock) await this.#clock.sleep(ms)
    else await new Promise<void>((resolve) => this.#clock.setTimer(resolve, ms))
  }

  #fault(operation: StoreOperation, call: number, when: FaultMoment): CronwrightError {
    this.#injected.push({ operation, call, when })
    const what = when === 'before' ? 'nothing was done' : 'it was done, and the reply was lost'
    return new CronwrightError('STORE_ERROR', `planned fault: call ${call} of ${operation} failed; ${what}`, {
      details: { operation, call, when, store: this.alias },
    })
  }
}

function noCalls(): Record<StoreOperation, number> {
  return Object.fromEntries(STORE_OPERATIONS.map((name) => [name, 0])) as Record<StoreOperation, number>
}
