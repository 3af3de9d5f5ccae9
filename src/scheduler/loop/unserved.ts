/**
 * What waits in a store for a process that knows its function and its executor. It is left out of every question to the
 * store, so that it keeps nothing else waiting, until this process learns to know it.
 */

import type { JobRecord, RunRecord } from '../../jobs/record.ts'
import type { Kernel } from '../kernel.ts'

export class Unserved {
  /** Functions that are not registered here. */
  readonly functions = new Set<string>()
  /** Jobs whose executor is not here. */
  readonly jobs = new Set<string>()
  /**
   * Functions of which a run without a job waits for an executor that is not here. A store does not know the executors
   * of runs, so the other runs without a job of these functions wait too.
   */
  readonly functionsOfRuns = new Set<string>()

  /** Whether this process can do it; notes it otherwise. */
  isServed(kernel: Kernel, record: JobRecord | RunRecord, store: string): boolean {
    const { functionRef, spec } = record
    const isKnown = kernel.functions.lookup(functionRef) !== undefined
    if (isKnown && kernel.executors.has(spec.executor)) return true
    const jobId = record.kind === 'job' ? record.id : record.jobId
    if (!isKnown) this.functions.add(functionRef)
    else if (jobId !== null) this.jobs.add(jobId)
    else this.functionsOfRuns.add(functionRef)
    kernel.logger.warn(
      { [record.kind === 'job' ? 'jobId' : 'runId']: record.id, functionRef, executor: spec.executor, store },
      `the ${record.kind} waits for a process that knows its function and executor`,
    )
    return false
  }

  /** An executor was added: everything may be possible now. */
  clear(): void {
    this.functions.clear()
    this.jobs.clear()
    this.functionsOfRuns.clear()
  }
}
