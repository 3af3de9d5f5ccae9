/** An executor runs functions. It knows nothing of stores, leases or retries: it gets a task and gives its result. */

import type { RunContext } from '../jobs/context.ts'
import type { AnyHandler, ModuleReference } from '../jobs/registry.ts'

/** One execution: what to call, with what. */
export interface Task {
  readonly code: AnyHandler | ModuleReference
  readonly input: unknown
  readonly run: RunContext
}

/** Runs tasks. The scheduler never gives it more than `maxConcurrency` at once. */
export interface Executor {
  /** Tasks it may have at work at once; at least 1. */
  readonly maxConcurrency: number
  /** Gets ready; called before the first task. */
  start(): Promise<void>
  /**
   * Runs one task: returns (or resolves with) what the function returned, or throws (or rejects with) what it threw.
   * Returning a plain value where the function did saves the scheduler a turn of the event loop.
   */
  execute(task: Task): unknown
  /** Frees what `start` took. Must return even when a task goes on. */
  shutdown(): Promise<void>
}

/** Whether a value can serve as an executor. */
export function isExecutor(value: unknown): value is Executor {
  return (
    typeof value === 'object' &&
    value !== null &&
    'execute' in value &&
    typeof value.execute === 'function' &&
    'start' in value &&
    typeof value.start === 'function' &&
    'shutdown' in value &&
    typeof value.shutdown === 'function' &&
    'maxConcurrency' in value &&
    typeof value.maxConcurrency === 'number'
  )
}
