/** How long a run stays with its holder: as a queue's visibility timeout, seen from outside, on a shared SQLite file. */

import { expect, it } from 'vitest'
import type { RunContext, Scheduler } from '../../../src/index.ts'
import { SqliteJobStore } from '../../../src/sqlite.ts'
import { FaultyJobStore, ManualClock } from '../../../src/testing.ts'
import { type Bench, MINUTE, newDatabasePath, SECOND, START, startedBench } from './support.ts'

const LEASE = { leaseDuration: '60s', pollInterval: '10s' } as const

/** Two schedulers on one file, on one clock; the first loses its store when told to. */
async function twoSchedulers(): Promise<{ clock: ManualClock; holder: Scheduler; other: Scheduler; lose(): void }> {
  const clock = new ManualClock(START)
  const path = newDatabasePath()
  const line = new FaultyJobStore(new SqliteJobStore({ path }))
  const on = (store: FaultyJobStore | SqliteJobStore): Promise<Bench> =>
    startedBench({ clock, jobStores: { default: store }, ...LEASE })
  const { scheduler: holder } = await on(line)
  const { scheduler: other } = await on(new SqliteJobStore({ path }))
  return { clock, holder, other, lose: () => line.fail() }
}

it('FD-16 FD-33 a run that its holder works on for twenty leases is started by nobody else', async () => {
  const { clock, holder, other } = await twoSchedulers()
  const starts: string[] = []
  for (const each of [holder, other]) {
    each.register('long', async (_input: unknown, run: RunContext) => {
      starts.push(`attempt ${run.attempt}`)
      for (let minute = 1; minute <= 20; minute += 1) {
        await clock.sleep(MINUTE)
        run.progress(minute, 20)
      }
      return 'done'
    })
  }
  const run = await holder.enqueue('long')
  await clock.advance(20 * MINUTE + 30 * SECOND)
  expect(starts).toEqual(['attempt 1'])
  expect(await other.getRun(run.id)).toMatchObject({ state: 'completed', output: 'done', attempt: 1, percent: 100 })
})

it('FD-15 a run whose holder is silent for a lease is delivered again, and counted as lost', async () => {
  const { clock, holder, other, lose } = await twoSchedulers()
  const attempts: number[] = []
  holder.register('work', (_input: unknown, run: RunContext) => {
    attempts.push(run.attempt)
    lose()
    return new Promise(() => undefined)
  })
  const run = await holder.enqueue('work')
  await clock.advance(SECOND)
  other.register('work', (_input: unknown, context: RunContext) => void attempts.push(context.attempt))
  await clock.advance(50 * SECOND)
  expect(attempts).toEqual([1])
  await clock.advance(25 * SECOND)
  expect(attempts).toEqual([1, 2])
  expect(await other.getRun(run.id)).toMatchObject({ state: 'completed', resume: 'crash' })
})
