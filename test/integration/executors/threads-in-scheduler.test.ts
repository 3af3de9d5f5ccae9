/** A scheduler of the built package whose runs are on worker threads. */

import { afterEach, beforeEach, expect, test } from 'vitest'
import type { Run } from '../../../src/jobs/run.ts'
import type { Scheduler } from '../../../src/scheduler/scheduler.ts'

const PACKAGE = new URL('../../../dist/index.js', import.meta.url).href
const HANDLERS = new URL('handlers.mjs', import.meta.url)

let scheduler: Scheduler

beforeEach(async () => {
  const cronwright: typeof import('../../../src/index.ts') = await import(PACKAGE)
  scheduler = new cronwright.Scheduler({
    executors: { default: { type: 'worker-threads', maxConcurrency: 2, idleTimeout: '5s' } },
  })
  for (const name of ['default', 'resultOf', 'fail', 'exit', 'busy', 'waitForAbort', 'resume']) {
    scheduler.register(name, { module: HANDLERS, name })
  }
  await scheduler.start()
})

afterEach(() => scheduler.shutdown({ timeout: 0 }))

/** The run when it is over, however it ended. */
async function ended(run: Run): Promise<Run | undefined> {
  await scheduler.waitForRun(run.id).catch(() => undefined)
  return scheduler.getRun(run.id)
}

test('FD-02 outputs, messages and errors of a thread are those of the run', async () => {
  expect(await ended(await scheduler.enqueue('default', { at: new Date(5) }))).toMatchObject({
    state: 'completed',
    output: { at: new Date(5) },
  })
  expect(await ended(await scheduler.enqueue('resultOf', 'success'))).toMatchObject({
    state: 'completed',
    reason: 'all well',
  })
  expect(await ended(await scheduler.enqueue('resultOf', 'cancelled'))).toMatchObject({ state: 'cancelled' })
  expect(await ended(await scheduler.enqueue('fail'))).toMatchObject({
    state: 'failed',
    error: { name: 'RangeError', message: 'out of range', code: 'E_RANGE' },
  })
})

test('a thread that ends fails its run, and the next runs go on', async () => {
  expect(await ended(await scheduler.enqueue('exit', 1))).toMatchObject({ state: 'failed' })
  expect(await ended(await scheduler.enqueue('default', 'on'))).toMatchObject({ state: 'completed', output: 'on' })
})

test('a plain function fails its run and says how to register it', async () => {
  scheduler.register('plain', () => 1)
  expect(await ended(await scheduler.enqueue('plain'))).toMatchObject({
    state: 'failed',
    error: { code: 'INVALID_ARGUMENT', message: expect.stringContaining('module reference') },
  })
})

test('a handler past its timeout fails its run, however busy it is, and the next runs go on', async () => {
  const run = await scheduler.enqueue('busy', undefined, { timeout: '300ms' })
  expect(await ended(run)).toMatchObject({ state: 'failed', error: { code: 'RUN_TIMEOUT' } })
  const rest = await scheduler.enqueueMany('default', [1, 2, 3])
  expect((await Promise.all(rest.map(ended))).map((one) => one?.output)).toEqual([1, 2, 3])
})

test('a run that is cancelled aborts the signal on its thread', async () => {
  const run = await scheduler.enqueue('waitForAbort')
  await new Promise((resolve) => scheduler.once('run:started', resolve))
  await scheduler.cancelRun(run.id)
  expect(await ended(run)).toMatchObject({ state: 'cancelled' })
})

test('ZJ-45 what a handler says on its thread is kept with its run, and the next attempt goes on from there', async () => {
  const run = await scheduler.enqueue('resume', undefined, { retry: { attempts: 2, delay: '10ms' } })
  expect(await ended(run)).toMatchObject({
    state: 'completed',
    attempt: 2,
    output: { at: new Date(7) },
    counters: { attempts: 2 },
    progress: { done: 2, total: 2 },
  })
  expect((await scheduler.getRunLog(run)).map(({ fields }) => fields)).toEqual([
    { password: '***', reason: 'none' },
    { password: '***', reason: 'retry' },
  ])
})
