/** Worker processes on one SQLite file, and a scheduler of the test's own on it that runs nothing. */

import { onTestFinished } from 'vitest'
import { Scheduler } from '../../../src/index.ts'
import { SqliteJobStore } from '../../../src/sqlite.ts'
import { newDatabasePath } from '../../unit/scheduler/support.ts'
import { type Child, startChild } from './child.ts'

/** What a worker prints. */
export interface WorkerLine {
  readonly event: 'ready' | 'start' | 'run:completed' | 'run:failed' | 'run:lost' | 'stopped'
  readonly id: string
  readonly attempt: number
}

export const LEASE_MS = 1_500
export const POLL_MS = 100
export const WORKER_TIMES = { leaseDuration: LEASE_MS, pollInterval: POLL_MS } as const

const SCRIPT = new URL('./children/worker.ts', import.meta.url)
const FUNCTIONS = ['quick', 'short', 'long', 'deaf']

/** The file, and who adds work to it. */
export interface Office {
  readonly path: string
  readonly scheduler: Scheduler
  /** Starts a worker; resolves when it is at work. */
  hire(workerId: string): Promise<Child<WorkerLine>>
}

export function openOffice(): Office {
  const path = newDatabasePath()
  const scheduler = new Scheduler({ ...WORKER_TIMES, jobStores: { default: new SqliteJobStore({ path }) } })
  for (const name of FUNCTIONS) scheduler.register(name, () => undefined)
  onTestFinished(() => scheduler.shutdown())
  return {
    path,
    scheduler,
    async hire(workerId) {
      const worker = startChild<WorkerLine>(SCRIPT, path, workerId)
      await worker.find(({ event }) => event === 'ready')
      return worker
    },
  }
}
