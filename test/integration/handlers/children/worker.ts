/** A process that does the work of a SQLite file. It prints a line of JSON when it starts a run, and when one is aborted. */

import { once } from 'node:events'
import { type RunContext, Scheduler } from '../../../../src/index.ts'
import { SqliteJobStore } from '../../../../src/sqlite.ts'

const [, , path = ''] = process.argv

function say(event: string, at: number): void {
  process.stdout.write(`${JSON.stringify({ event, at })}\n`)
}

const scheduler = new Scheduler({ jobStores: { default: new SqliteJobStore({ path }) }, pollInterval: '400ms' })
scheduler.register('wait', async (_input: unknown, run: RunContext) => {
  run.log.info({ pid: process.pid }, 'begun')
  run.progress(1, 2)
  await run.checkpoint({ page: 1 })
  say('started', Date.now())
  await once(run.signal, 'abort')
  say(String(run.signal.reason.code), Date.now())
  return 'too late'
})
process.once('SIGTERM', () => void scheduler.shutdown({ wait: false }))
await scheduler.start()
