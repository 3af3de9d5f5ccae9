/** A custom store behind the adapter behaves as the built-in ones do, seen from one process. */

import type { Job } from '../../src/jobs/job.ts'
import { CustomStoreAdapter } from '../../src/stores/custom-store-adapter.ts'
import type { JobStore } from '../../src/stores/job-store.ts'
import { byNextRunTime, type StoreCapabilities } from '../../src/stores/record-job-store.ts'
import { describeRecordStore } from './conformance.ts'

/** The least that the ten methods have to do; it leaves it to the adapter to refuse what is taken or missing. */
class MapStore implements JobStore {
  readonly #jobs = new Map<string, Job>()

  start(): void {}
  shutdown(): void {}

  lookupJob(id: string): Job | undefined {
    return this.#jobs.get(id)
  }

  getDueJobs(now: Date): Job[] {
    return this.getAllJobs().filter(({ nextRunTime }) => nextRunTime !== null && nextRunTime <= now)
  }

  getNextRunTime(): Date | null {
    return this.getAllJobs()[0]?.nextRunTime ?? null
  }

  getAllJobs(): Job[] {
    return [...this.#jobs.values()].sort(byNextRunTime)
  }

  addJob(job: Job): void {
    this.#jobs.set(job.id, job)
  }

  updateJob(job: Job): void {
    this.#jobs.set(job.id, job)
  }

  removeJob(id: string): void {
    this.#jobs.delete(id)
  }

  removeAllJobs(): void {
    this.#jobs.clear()
  }
}

/** The adapter is asked for changes made elsewhere, but its runs and versions are this process's alone. */
class AdapterInOneProcess extends CustomStoreAdapter {
  override readonly capabilities: StoreCapabilities = { persistent: false, shared: false }
}

describeRecordStore('CustomStoreAdapter', { create: () => new AdapterInOneProcess(new MapStore()) })
