/**
 * A process with a job every 100 ms that prints each of its runs. At SIGTERM it prints its history: one line of JSON with
 * the due time, the state and the count of each run.
 */

import { setTimeout as wait } from 'node:timers/promises'
import { interval, type RunContext, Scheduler } from '../../../src/index.ts'

const scheduler = new Scheduler({ leaseDuration: '1s' })
await scheduler.addJob(
  async (_input: unknown, run: RunContext) => {
    process.stdout.write(`${run.id}\n`)
    await wait(50)
  },
  interval('100ms'),
  { id: 'tick', history: { keep: 10_000 } },
)
process.once('SIGTERM', async () => {
  await scheduler.shutdown()
  const runs = await scheduler.getRuns({ jobId: 'tick', limit: 10_000 })
  const history = runs.map(({ dueAt, state, count }) => ({ due: dueAt.getTime(), state, count }))
  process.stdout.write(`${JSON.stringify(history)}\n`)
  await scheduler.shutdown()
})
await scheduler.start()
