/** What the parts of one scheduler share: its clock, its settings, and the things that go by alias. */

import type { Clock } from '../core/clock.ts'
import type { Logger } from '../core/logger.ts'
import { AliasLookupError } from '../errors.ts'
import type { RunRecord } from '../jobs/record.ts'
import type { FunctionRegistry } from '../jobs/registry.ts'
import type { RunEventName, SchedulerEmitter } from './events.ts'
import type { ExecutorSlot } from './executor-slot.ts'
import type { Settings } from './settings.ts'
import type { StoreSlot } from './store-slot.ts'

export class Kernel {
  readonly clock: Clock
  readonly logger: Logger
  readonly events: SchedulerEmitter
  readonly settings: Settings
  readonly functions: FunctionRegistry<unknown>
  /** Alias -> store, the default first. */
  readonly stores = new Map<string, StoreSlot>()
  /** Alias -> executor. */
  readonly executors = new Map<string, ExecutorSlot>()

  constructor(settings: Settings, events: SchedulerEmitter, functions: FunctionRegistry<unknown>) {
    this.clock = settings.clock
    this.logger = settings.logger
    this.events = events
    this.settings = settings
    this.functions = functions
  }

  get workerId(): string {
    return this.settings.workerId
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

  /** Tells listeners about a run; costs nothing when there are none. */
  emitRun(event: RunEventName, record: RunRecord, slot: StoreSlot): void {
    if (!this.events.has(event)) return
    const { id, jobId } = record
    this.events.emit(event, { runId: id, jobId, store: slot.alias, run: slot.runView(record) })
  }
}
