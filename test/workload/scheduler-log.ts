/** What a scheduler tells its listeners, as entries of the log that the checks read. */

import type { Scheduler } from '../../src/index.ts'
import type { LogEvent } from '../checks/history.ts'

/** A log entry, before it is known where and when. */
export type Note = LogEvent extends infer E ? (E extends LogEvent ? Omit<E, 'at' | 'wall' | 'process'> : never) : never

export function logScheduler(scheduler: Pick<Scheduler, 'on'>, note: (event: Note) => void): void {
  for (const name of ['run:completed', 'run:failed', 'run:retrying', 'run:cancelled'] as const) {
    scheduler.on(name, ({ runId, jobId, run }) => {
      const finishedAt = run.finishedAt?.getTime() ?? null
      note({ ev: 'settled', runId, jobId, fence: run.fence, state: run.state, finishedAt })
    })
  }
  scheduler.on('run:lost', ({ runId, jobId, run }) => note({ ev: 'refused', runId, jobId, fence: run.fence }))
  scheduler.on('run:skipped', ({ runId, jobId, run }) => {
    const { dueAt, count, reason } = run
    note({ ev: 'skip', runId, jobId: jobId ?? '', dueAt: dueAt.getTime(), count, reason: reason ?? '' })
  })
}
