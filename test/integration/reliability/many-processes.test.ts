/** Many processes on one SQLite file share the work: every fire and every run is done once. In real time. */

import { expect, it } from 'vitest'
import { interval } from '../../../src/index.ts'
import { openOffice } from './workers.ts'

const FIRES = 50
const RUNS = 500

it(`ZJ-09 five processes and ${FIRES} fires make ${FIRES} runs`, { timeout: 60_000 }, async () => {
  const { scheduler, hire } = openOffice()
  const workers = await Promise.all(['a', 'b', 'c', 'd', 'e'].map(hire))
  // A loaded machine may take longer than 100 ms for a run: none is to be skipped for that.
  const options = { id: 'tick', maxRuns: FIRES, maxInstances: FIRES, coalesce: false }
  const { nextRunTime } = await scheduler.addJob('quick', interval(100), options)
  await expect
    .poll(() => scheduler.getRuns({ jobId: 'tick', state: 'completed' }), { timeout: 30_000 })
    .toHaveLength(FIRES)

  const first = nextRunTime?.getTime() ?? 0
  const runs = await scheduler.getRuns({ jobId: 'tick' })
  expect(runs.map(({ dueAt }) => dueAt.getTime() - first).reverse()).toEqual(
    Array.from({ length: FIRES }, (_, index) => index * 100),
  )
  const starts = workers.flatMap(({ lines }) => lines.filter(({ event }) => event === 'start'))
  expect(starts.map(({ id }) => id).sort()).toEqual(runs.map(({ id }) => id).sort())
  expect(await scheduler.getJob('tick')).toBeUndefined()
})

it(`ZJ-13 four processes and ${RUNS} runs: each is executed once, and all of them help`, {
  timeout: 60_000,
}, async () => {
  const { scheduler, hire } = openOffice()
  const workers = await Promise.all(['a', 'b', 'c', 'd'].map(hire))
  const runs = await scheduler.enqueueMany('quick', Array.from({ length: RUNS }), { history: { keep: RUNS } })
  await expect
    .poll(() => scheduler.getRuns({ state: 'completed', limit: RUNS + 1 }), { timeout: 30_000, interval: 200 })
    .toHaveLength(RUNS)

  const starts = workers.map(({ lines }) => lines.filter(({ event }) => event === 'start'))
  expect(
    starts
      .flat()
      .map(({ id }) => id)
      .sort(),
  ).toEqual(runs.map(({ id }) => id).sort())
  expect(Math.min(...starts.map(({ length }) => length))).toBeGreaterThan(0)
})
