/**
 * A worker whose lease had gone to another went on writing: its late result, error or progress overwrote that of the new
 * owner, twice in two versions of one project.
 */

import { describe, expect, it } from 'vitest'
import type { RunContext } from '../../src/index.ts'
import { DATABASES } from '../integration/reliability/connections.ts'
import { type Bench, newBench, recordEvents, runOf, SECOND } from '../unit/scheduler/support.ts'

/** A handler at work: what it sees, and how it ends. */
interface AtWork {
  readonly run: RunContext
  readonly resolve: (value: unknown) => void
  readonly reject: (error: Error) => void
}

/** What the old owner does too late. */
const LATE: readonly (readonly [act: string, act: (bench: Bench, work: AtWork) => void | Promise<void>])[] = [
  ['result', (_bench, { resolve }) => resolve('of the old owner')],
  ['error', (_bench, { reject }) => reject(new Error('of the old owner'))],
  ['progress and renewal', (_bench, { run }) => run.progress(9, 10)],
  ['hand-back', ({ scheduler, clock }) => void scheduler.shutdown({ wait: false }).then(() => clock.settle())],
]

describe.each(DATABASES)('on %s, of an old owner', (_name, newDatabase) => {
  it.each(LATE)('UX-01 the late %s changes nothing, and the new owner goes on', async (_act, act) => {
    const database = newDatabase()
    const works: AtWork[] = []
    const [old, present] = ['old', 'present'].map((workerId) => {
      const bench = newBench({ workerId, jobStores: { default: database.connect() } })
      bench.scheduler.register('work', (_input: unknown, run) => {
        return new Promise((resolve, reject) => works.push({ run, resolve, reject }))
      })
      return bench
    })
    if (old === undefined || present === undefined) throw new Error('there are two')
    const { id } = await old.scheduler.enqueue('work', undefined, { retry: { attempts: 5, delay: '1s' } })
    await old.scheduler.start()
    await old.clock.advance(0)
    await present.scheduler.start()
    await present.clock.advance(17 * SECOND)
    const [first, second] = works
    if (first === undefined || second === undefined) throw new Error('both have started it')

    const events = recordEvents(old.scheduler)
    await act(old, first)
    await old.clock.advance(10 * SECOND)
    const during = await runOf(present.scheduler, id)
    expect(during).toMatchObject({ state: 'running', worker: 'present', attempt: 2, fence: second.run.fence })
    expect(during).toMatchObject({ progress: null, output: undefined, error: null })
    expect(second.run.signal.aborted).toBe(false)
    expect(events.filter((event) => /^run:(completed|failed|retrying|cancelled)/.test(event))).toEqual([])
    expect(events).toContain(`run:lost ${id}`)

    second.resolve('of the new owner')
    await present.clock.advance(SECOND)
    expect(await runOf(present.scheduler, id)).toMatchObject({ state: 'completed', output: 'of the new owner' })
    expect(works).toHaveLength(2)
  })
})
