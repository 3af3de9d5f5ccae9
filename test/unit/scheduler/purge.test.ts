/** What need not be kept goes, a slice at a time, and nothing waits for it. */

import { describe, expect, it } from 'vitest'
import { interval, MemoryJobStore } from '../../../src/index.ts'
import { noteRecord } from '../../../src/jobs/notes.ts'
import type { Change, ChangeResult, RunRecord, StoreRecord } from '../../../src/jobs/record.ts'
import type { RecordStore } from '../../../src/stores/record-store.ts'
import { finishedRun, runRecord } from '../../../src/testing/conformance/records.ts'
import { ManualClock } from '../../../src/testing/manual-clock.ts'
import { HOUR, MINUTE, newBench, SECOND, START, STORES, startedBench } from './support.ts'

const LINE = { at: START, level: 'info', message: 'done', fields: null, attempt: 1 } as const

function oldRun(id: string, due: number): RunRecord {
  return { ...finishedRun(id), due }
}

function log(id: string, due: number | null): StoreRecord<'log'> {
  return noteRecord('log', id, { lines: [LINE], dropped: 0 }, START, due)
}

async function insert(store: RecordStore, records: readonly StoreRecord[]): Promise<void> {
  await store.commit(records.map((record) => ({ expect: 0, record })))
}

/** Notes what it is asked to write, in order. */
class NotingStore extends MemoryJobStore {
  readonly steps: string[] = []

  override async commit(changes: readonly Change[]): Promise<readonly ChangeResult[]> {
    const removed = changes.filter((change) => 'key' in change && change.key.kind === 'run' && change.patch === null)
    const fired = changes.filter((change) => 'key' in change && change.key.kind === 'job')
    if (removed.length > 0) this.steps.push(`removed ${removed.length}`)
    if (fired.length > 0) this.steps.push(`fired ${fired.length}`)
    return super.commit(changes)
  }
}

/** A clock on which every reading takes 20 ms. */
class SlowClock extends ManualClock {
  #readings = 0

  override monotonic(): number {
    this.#readings += 1
    return super.monotonic() + 20 * this.#readings
  }
}

describe.each(STORES)('the purge of %s', (_name, newStore) => {
  it('takes the log of a run with it, and a log that is due without its run', async () => {
    const store = newStore()
    const { clock, scheduler } = newBench({ jobStores: { default: store } })
    await scheduler.getJobs()
    await insert(store, [
      oldRun('old', START + MINUTE),
      log('old', null),
      oldRun('older', START + MINUTE),
      log('older', START + MINUTE),
      oldRun('young', START + HOUR),
      log('young', null),
      oldRun('silent', START + HOUR),
      log('silent', START + MINUTE),
    ])
    await scheduler.start()
    await clock.advance(2 * MINUTE)
    const logs = await store.list({ kind: 'log', limit: 10 })
    expect(logs.map(({ id }) => id)).toEqual(['young'])
    const runs = await store.list({ kind: 'run', limit: 10 })
    expect(runs.map(({ id }) => id).sort()).toEqual(['silent', 'young'])
  })

  it('keeps a unique key for as long as its run is not over', async () => {
    const store = newStore()
    const { clock, scheduler } = newBench({ jobStores: { default: store } })
    await scheduler.getJobs()
    const key = (id: string): StoreRecord => noteRecord('key', id, { runId: id, until: START }, START, START + MINUTE)
    await insert(store, [key('waiting'), { ...runRecord('waiting'), due: START + 3 * HOUR }, key('over'), key('ended')])
    await insert(store, [oldRun('ended', START + HOUR)])
    await scheduler.start()
    await clock.advance(2 * MINUTE)
    expect(await store.list({ kind: 'key', limit: 10 })).toMatchObject([
      { id: 'waiting', due: START + MINUTE + HOUR, spec: { runId: 'waiting' } },
    ])
  })

  it('removes thousands at one go', async () => {
    const store = newStore()
    const { clock, scheduler } = newBench({ jobStores: { default: store } })
    await scheduler.getJobs()
    await insert(
      store,
      Array.from({ length: 2_300 }, (_, index) => oldRun(`run-${index}`, START)),
    )
    await scheduler.start()
    await clock.advance(SECOND)
    expect(await store.count({ kind: 'run' })).toBe(0)
  })
})

describe('the purge', () => {
  it('comes after what is to fire, 200 at a time', async () => {
    const store = new NotingStore()
    const { clock, scheduler } = await startedBench({ jobStores: { default: store } })
    scheduler.register('work', () => undefined)
    await insert(
      store,
      Array.from({ length: 500 }, (_, index) => oldRun(`run-${index}`, START + SECOND)),
    )
    await scheduler.addJob('work', interval('1s'), { id: 'tick' })
    await clock.advance(SECOND)
    expect(store.steps).toEqual(['fired 1', 'removed 200', 'removed 200', 'removed 100'])
  })

  it('does not wait forever for jobs that fire without end', async () => {
    const store = new NotingStore()
    const clock = new SlowClock(START)
    const { scheduler } = await startedBench({ clock, jobStores: { default: store } })
    scheduler.register('work', () => undefined)
    await insert(store, [oldRun('run', START + SECOND)])
    const jobs = Array.from({ length: 5_000 }, (_, index) => ({
      fn: 'work',
      trigger: interval('1s', { startDate: new Date(START + SECOND) }),
      options: { id: `job-${index}` },
    }))
    await scheduler.addJobs(jobs)
    await clock.advance(5 * SECOND)
    const first = store.steps.indexOf('removed 1')
    expect(first).toBeGreaterThan(0)
    expect(store.steps.slice(first).filter((step) => step.startsWith('fired')).length).toBeGreaterThan(1)
  })
})
