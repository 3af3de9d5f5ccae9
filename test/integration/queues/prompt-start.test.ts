/** How soon an enqueued run starts, by the real clock. Medians: what one of many measures on a busy machine is no news. */

import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, it, onTestFinished } from 'vitest'
import { MemoryJobStore, Scheduler } from '../../../src/index.ts'
import { SqliteJobStore } from '../../../src/sqlite.ts'
import type { RecordJobStore } from '../../../src/stores/record-job-store.ts'

const POLL_MS = 300
const ROUNDS = 15

function newPath(): string {
  const directory = mkdtempSync(join(tmpdir(), 'cronwright-queues-'))
  onTestFinished(() => rmSync(directory, { recursive: true, force: true }))
  return join(directory, 'jobs.db')
}

function newScheduler(store: RecordJobStore, pollInterval: number): Scheduler {
  const scheduler = new Scheduler({ jobStores: { default: store }, pollInterval })
  onTestFinished(() => scheduler.shutdown({ wait: false }))
  return scheduler
}

/** Milliseconds from the call of `enqueue` to that of the handler: the median of some rounds. */
async function medianDelay(sender: Scheduler, worker: Scheduler): Promise<number> {
  let started: (at: number) => void = () => undefined
  const handler = (): void => started(performance.now())
  for (const scheduler of new Set([sender, worker])) scheduler.register('work', handler)
  await worker.start()
  const delays: number[] = []
  for (let round = 0; round < ROUNDS; round += 1) {
    const start = new Promise<number>((resolve) => {
      started = resolve
    })
    const enqueuedAt = performance.now()
    await sender.enqueue('work', round)
    delays.push((await start) - enqueuedAt)
  }
  return delays.sort((a, b) => a - b)[Math.floor(ROUNDS / 2)] ?? Number.POSITIVE_INFINITY
}

it.each([
  ['memory', () => new MemoryJobStore()],
  ['SQLite', () => new SqliteJobStore({ path: newPath() })],
])(
  'FD-11 an item enqueued in this process starts within 100 ms, long before the next poll: %s',
  async (_name, store) => {
    const scheduler = newScheduler(store(), 60_000)
    expect(await medianDelay(scheduler, scheduler)).toBeLessThan(100)
  },
)

it('FD-11 an item enqueued in another process starts within one poll', async () => {
  const path = newPath()
  const sender = newScheduler(new SqliteJobStore({ path }), POLL_MS)
  const worker = newScheduler(new SqliteJobStore({ path }), POLL_MS)
  expect(await medianDelay(sender, worker)).toBeLessThan(POLL_MS + 100)
})
