/** Stores and executors whose calls a {@link ManualClock} waits for before it lets time pass. */

import type { Executor, Task } from '../executors/executor.ts'
import type { RecordJobStore } from '../stores/record-job-store.ts'
import { ForwardingJobStore, type StoreOperation } from './forwarding-job-store.ts'
import type { ManualClock } from './manual-clock.ts'

/** Opening may load a driver or start threads, which takes what it takes. Milliseconds of real time. */
const OPENING_PATIENCE_MS = 10_000

export class WatchedJobStore extends ForwardingJobStore {
  readonly #clock: ManualClock
  readonly #patienceMs: number

  constructor(store: RecordJobStore, clock: ManualClock, patienceMs: number) {
    super(store)
    this.#clock = clock
    this.#patienceMs = patienceMs
  }

  protected override forward<T>(operation: StoreOperation, call: () => Promise<T>): Promise<T> {
    return this.#clock.watch(call, operation === 'open' ? OPENING_PATIENCE_MS : this.#patienceMs)
  }

  /** The time of a stepped scheduler is that of its clock, also on a store whose server has one. */
  override async serverTime(): Promise<undefined> {
    return undefined
  }
}

export class WatchedExecutor implements Executor {
  readonly maxConcurrency: number
  readonly #executor: Executor
  readonly #clock: ManualClock
  readonly #patienceMs: number

  constructor(executor: Executor, clock: ManualClock, patienceMs: number) {
    this.maxConcurrency = executor.maxConcurrency
    this.#executor = executor
    this.#clock = clock
    this.#patienceMs = patienceMs
  }

  start(): Promise<void> {
    return this.#clock.watch(() => this.#executor.start(), OPENING_PATIENCE_MS)
  }

  execute(task: Task): unknown {
    return this.#clock.watch(() => this.#executor.execute(task), this.#patienceMs)
  }

  shutdown(): Promise<void> {
    return this.#clock.watch(() => this.#executor.shutdown(), this.#patienceMs)
  }
}
