/**
 * A worker process on the SQLite file it is given. Prints a line of JSON for each start of a handler and each end of a run.
 * At SIGTERM it shuts down, with half a second for the runs at work.
 *
 * Functions: `quick` takes 20 ms, `short` 200 ms; `long` takes a minute and ends early when it is told to stop; `deaf` takes
 * a minute, whatever it is told.
 */

import { writeSync } from 'node:fs'
import { setTimeout as wait } from 'node:timers/promises'
import { Scheduler } from '../../../../src/index.ts'
import { SqliteJobStore } from '../../../../src/sqlite.ts'
import { WORKER_TIMES, type WorkerLine } from '../workers.ts'

const [path = '', workerId = ''] = process.argv.slice(2)
const print = (line: WorkerLine): void => void writeSync(1, `${JSON.stringify(line)}\n`)
const scheduler = new Scheduler({
  ...WORKER_TIMES,
  workerId,
  jobStores: { default: new SqliteJobStore({ path, synchronous: 'NORMAL' }) },
  executors: { default: { type: 'async', maxConcurrency: 4 } },
})
const register = (name: string, work: (signal: AbortSignal) => Promise<unknown>): void => {
  scheduler.register(name, async (_input: unknown, { id, attempt, signal }) => {
    print({ event: 'start', id, attempt })
    await work(signal)
    return workerId
  })
}
register('quick', () => wait(20))
register('short', () => wait(200))
register('long', (signal) => wait(60_000, undefined, { signal }))
register('deaf', () => wait(60_000))
for (const event of ['run:completed', 'run:failed', 'run:lost'] as const) {
  scheduler.on(event, ({ runId, run }) => print({ event, id: runId, attempt: run.attempt }))
}
process.once('SIGTERM', async () => {
  await scheduler.shutdown({ timeout: 500 })
  print({ event: 'stopped', id: '', attempt: 0 })
  process.exit()
})
await scheduler.start()
print({ event: 'ready', id: '', attempt: 0 })
