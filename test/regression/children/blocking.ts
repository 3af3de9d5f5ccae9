/**
 * A process on the SQLite file it is given, with two handlers that never look at their signal: one keeps the thread for
 * three leases and a half, one waits as long without keeping it. Prints a line of JSON for each end and each loss of a run.
 */

import { setTimeout as wait } from 'node:timers/promises'
import { Scheduler } from '../../../src/index.ts'
import { SqliteJobStore } from '../../../src/sqlite.ts'

const LEASE_MS = 1_000
const WORK_MS = 3_500

const [path = ''] = process.argv.slice(2)
const jobStores = { default: new SqliteJobStore({ path }) }
const scheduler = new Scheduler({ jobStores, leaseDuration: LEASE_MS, pollInterval: 200, workerId: 'blocked' })
const print = (event: string, id: string): void => void process.stdout.write(`${JSON.stringify({ event, id })}\n`)

scheduler.register('block', async (_input: unknown, { id }) => {
  // After the claim of the other run, which comes with this one's.
  await wait(50)
  print('blocks', id)
  Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, WORK_MS)
  return 'of the blocked process'
})
scheduler.register('wait', async () => {
  await wait(WORK_MS)
  return 'of the blocked process'
})
scheduler.register('echo', (input: unknown) => input)
for (const event of ['run:completed', 'run:lost'] as const) scheduler.on(event, ({ runId }) => print(event, runId))
process.once('SIGTERM', () => void scheduler.shutdown({ wait: false }))
await scheduler.start()
