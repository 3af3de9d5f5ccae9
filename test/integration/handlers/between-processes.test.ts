/** What one process sees and ends of a handler that is at work in another. */

import { expect, it, onTestFinished } from 'vitest'
import { type Run, Scheduler } from '../../../src/index.ts'
import { SqliteJobStore } from '../../../src/sqlite.ts'
import { newDatabasePath } from '../../unit/scheduler/support.ts'
import { startChild } from '../reliability/child.ts'

interface Line {
  readonly event: string
  /** Epoch ms. */
  readonly at: number
}

const SCRIPT = new URL('./children/worker.ts', import.meta.url)
const POLL_MS = 400

it('ZJ-23 ZJ-24 a run at work in another process is followed, and aborted within a poll of its cancel', async () => {
  const path = newDatabasePath()
  const scheduler = new Scheduler({ jobStores: { default: new SqliteJobStore({ path }) }, pollInterval: POLL_MS })
  onTestFinished(() => scheduler.shutdown())
  scheduler.register('wait', () => undefined)
  const { id } = await scheduler.enqueue('wait')
  const seen: Run[] = []
  const following = (async () => {
    for await (const run of scheduler.followRun(id)) seen.push(run)
  })()
  const worker = startChild<Line>(SCRIPT, path)
  await worker.find(({ event }) => event === 'started')
  // Progress and log are written within a second, and a busy machine takes longer.
  await expect.poll(() => seen.at(-1), { timeout: 5_000 }).toMatchObject({ state: 'running', percent: 50 })
  await expect
    .poll(() => scheduler.getRunLog(id), { timeout: 5_000 })
    .toMatchObject([{ level: 'info', message: 'begun' }])

  const cancelledAt = Date.now()
  await scheduler.cancelRun(id)
  const { at } = await worker.find(({ event }) => event === 'RUN_CANCELLED')
  // One poll, and what a busy machine adds.
  expect(at - cancelledAt).toBeLessThan(POLL_MS + 1_000)
  await following
  expect(seen.at(-1)).toMatchObject({ state: 'cancelled', output: undefined })
  worker.kill('SIGTERM')
  expect(await worker.ended).toBe(0)
  expect(await scheduler.getRun(id)).toMatchObject({ state: 'cancelled', output: undefined })
})
