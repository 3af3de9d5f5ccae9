/** The page of runs that comes next is asked for before those just claimed start, where it is going to be of use. */

import { describe, expect, it } from 'vitest'
import type { Lane } from '../../../src/jobs/record.ts'
import type { DueQuery } from '../../../src/stores/record-store.ts'
import { newBench, SECOND } from './support.ts'
import { UnrulyStore } from './unruly-store.ts'

const AT_ONCE = 10
const RUNS = 100

/** Notes in which order it is asked which runs wait, and handlers are called. */
class NotingStore extends UnrulyStore {
  readonly notes: ('?' | '.')[] = []

  override async due<L extends Lane>(query: DueQuery<L>) {
    if (query.lane === 'run') this.notes.push('?')
    return super.due(query)
  }
}

/** A queue full of runs, and room for a tenth of them. */
async function bench(work: (started: number) => unknown) {
  const store = new NotingStore({ shared: true })
  const executors = { default: { type: 'async', maxConcurrency: AT_ONCE } } as const
  const { clock, scheduler } = newBench({ jobStores: { default: store }, executors })
  let started = 0
  scheduler.register('work', () => {
    store.notes.push('.')
    started += 1
    return work(started)
  })
  await scheduler.enqueueMany('work', Array.from({ length: RUNS }))
  await scheduler.start()
  return { clock, scheduler, courseOf: () => store.notes.join('').replace(/^\?+/, '') }
}

const PAGE = '.'.repeat(AT_ONCE)

describe('the next page of waiting runs', () => {
  it('is asked for before what was claimed starts, once what was claimed before had ended at once', async () => {
    const { clock, courseOf } = await bench(() => undefined)
    await clock.advance(0)
    expect(courseOf()).toBe(`${PAGE}?${`?${PAGE}`.repeat(9)}`)
  })

  it('is not asked for in vain while handlers are at work', async () => {
    const { clock, courseOf } = await bench(
      () => new Promise((resolve) => void clock.setTimer(() => resolve(0), SECOND)),
    )
    for (let second = 0; second < 12; second += 1) await clock.advance(SECOND)
    const pages = courseOf().split(/\?+/)
    expect(pages.filter((page) => page !== '')).toEqual(Array(10).fill(PAGE))
    expect(courseOf()).not.toContain('??.')
  })

  it('is left where it is when its queue was paused meanwhile', async () => {
    let paused: Promise<unknown> | undefined
    let startedUntilPaused = Number.NaN
    const { clock, scheduler, courseOf } = await bench((started) => {
      if (started !== 25) return
      paused = scheduler.queue('default').pause()
      void paused.then(() => {
        startedUntilPaused = courseOf().replaceAll('?', '').length
      })
    })
    await clock.advance(0)
    await paused
    await clock.advance(0)
    expect(startedUntilPaused).toBeLessThan(RUNS)
    expect(courseOf().replaceAll('?', '')).toHaveLength(startedUntilPaused)
    await scheduler.queue('default').resume()
    await clock.advance(0)
    expect(courseOf().replaceAll('?', '')).toHaveLength(RUNS)
  })
})
