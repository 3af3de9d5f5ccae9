/** What the parts of one scheduler share: its clock, its settings, and the things that go by alias. */

import type { Clock } from '../core/clock.ts'
import type { Logger } from '../core/logger.ts'
import { AliasLookupError } from '../errors.ts'
import { type JobRecord, patchedRecord, type RecordPatch, type RunRecord } from '../jobs/record.ts'
import type { FunctionRegistry } from '../jobs/registry.ts'
import { Followers } from './commands/followers.ts'
import type { RunEventName, SchedulerEmitter } from './events.ts'
import { Queues } from './queues/queues.ts'
import type { Settings } from './settings.ts'
import type { ExecutorSlot } from './slots/executor-slot.ts'
import type { StoreSlot } from './slots/store-slot.ts'

export class Kernel {
  readonly clock: Clock
  readonly logger: Logger
  readonly events: SchedulerEmitter
  readonly settings: Settings
  readonly functions: FunctionRegistry<unknown>
  readonly queues: Queues
  readonly followers = new Followers()
  /** Alias -> store, the default first. */
  readonly stores = new Map<string, StoreSlot>()
  /** Alias -> executor. */
  readonly executors = new Map<string, ExecutorSlot>()

  /** Called when the counters of a store have changed for the first time since its workers were told. */
  onNews: (slot: StoreSlot) => void = () => {}

  /** Monotonic. */
  #leasesDoubtfulUntil = Number.NEGATIVE_INFINITY

  constructor(settings: Settings, events: SchedulerEmitter, functions: FunctionRegistry<unknown>) {
    this.clock = settings.clock
    this.logger = settings.logger
    this.events = events
    this.settings = settings
    this.functions = functions
    this.queues = new Queues(settings.servedQueues)
  }

  get workerId(): string {
    return this.settings.workerId
  }

  /** The wall clock was stepped just now: leases that others wrote by it are judged again when they have renewed them. */
  clockStepped(): void {
    this.#leasesDoubtfulUntil = this.clock.monotonic() + this.settings.leaseMs
  }

  /** Whether a lease that seems over may be one whose holder is alive, and whose end was written before a clock step. */
  get areLeasesDoubtful(): boolean {
    return this.clock.monotonic() < this.#leasesDoubtfulUntil
  }

  /** @throws AliasLookupError */
  storeSlot(alias: string): StoreSlot {
    const slot = this.stores.get(alias)
    if (slot === undefined) throw new AliasLookupError('store', alias, [...this.stores.keys()])
    return slot
  }

  /** The stores that a call means: the one it names, or all. */
  storeSlots(alias: string | undefined): readonly StoreSlot[] {
    return alias === undefined ? [...this.stores.values()] : [this.storeSlot(alias)]
  }

  /** @throws AliasLookupError */
  executorSlot(alias: string): ExecutorSlot {
    const slot = this.executors.get(alias)
    if (slot === undefined) throw new AliasLookupError('executor', alias, [...this.executors.keys()])
    return slot
  }

  /** Takes a place in the executor of a run (or of a job's next) and in its queue; undefined where there is none. */
  takePlace({ queue, spec }: RunRecord | JobRecord): ExecutorSlot | undefined {
    const executor = this.executors.get(spec.executor)
    if (executor === undefined || executor.free <= 0 || this.queues.free(queue) <= 0) return undefined
    executor.take(queue)
    return executor
  }

  /** Counts what became of a run, and tells listeners; without any it costs an addition. `patch` is yet to be applied. */
  emitRun(event: RunEventName, run: RunRecord, slot: StoreSlot, patch?: RecordPatch<'run'>): void {
    if (slot.tally.count(event, run, patch)) this.onNews(slot)
    if (!this.events.has(event) && !this.followers.areThere) return
    this.tellRun(event, patch === undefined ? run : patchedRecord<'run'>(run, patch), slot)
  }

  /** Tells listeners of what became of a run without counting it: another process did it, and counted it. */
  tellRun(event: RunEventName, record: RunRecord, slot: StoreSlot): void {
    this.followers.tell(slot, record)
    if (!this.events.has(event)) return
    const { id, jobId } = record
    this.events.emit(event, { runId: id, jobId, store: slot.alias, run: slot.runView(record) })
  }
}
