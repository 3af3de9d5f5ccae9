/** Runs and jobs that are added one by one and at the same time go to the store together, and fail apart. */

import { describe, expect, it } from 'vitest'
import { PayloadTooLargeError } from '../../../src/errors.ts'
import { interval, MemoryJobStore } from '../../../src/index.ts'
import type { Change, ChangeResult, StoreRecord } from '../../../src/jobs/record.ts'
import { ForwardingJobStore, type StoreOperation } from '../../../src/testing/forwarding-job-store.ts'
import { rejection, startedBench } from './support.ts'

/** Notes what is added with each commit, and fails those that a test names. */
class NotingStore extends ForwardingJobStore {
  readonly commits: string[][] = []
  fails: (ids: readonly string[]) => boolean = () => false

  constructor() {
    super(new MemoryJobStore())
  }

  protected override forward<T>(_operation: StoreOperation, call: () => Promise<T>): Promise<T> {
    return call()
  }

  override checkStorable(record: StoreRecord): void {
    if (record.id === 'large') throw new PayloadTooLargeError('run.spec', 9, 8, 'in this test')
  }

  override async commit(changes: readonly Change[]): Promise<readonly ChangeResult[]> {
    const ids = changes.flatMap((change) =>
      'record' in change && change.record.kind !== 'worker' ? [change.record.id] : [],
    )
    if (ids.length > 0) this.commits.push(ids)
    if (this.fails(ids)) throw new Error('away')
    return super.commit(changes)
  }
}

const named = (count: number): string[] => Array.from({ length: count }, (_, index) => `run-${index}`)

describe('what is added at the same time', () => {
  const bench = async () => {
    const store = new NotingStore()
    const { scheduler } = await startedBench({ jobStores: { default: store }, roles: { execute: false } })
    scheduler.register('work', () => undefined)
    const enqueue = (id: string) => scheduler.enqueue('work', undefined, { id })
    return { store, scheduler, enqueue }
  }

  it('goes to the store in two commits: the first alone, and all others, in their order', async () => {
    const { store, enqueue } = await bench()
    const [first = '', ...others] = named(50)
    const runs = await Promise.all([first, ...others].map(enqueue))
    expect(runs.map(({ id }) => id)).toEqual([first, ...others])
    expect(store.commits).toEqual([[first], others])
  })

  it('goes in commits of 500 at most', async () => {
    const { store, enqueue } = await bench()
    await Promise.all(named(1_101).map(enqueue))
    expect(store.commits.map(({ length }) => length)).toEqual([1, 500, 500, 100])
  })

  it('is refused one by one: of two runs with one id the second', async () => {
    const { enqueue } = await bench()
    const results = await Promise.allSettled(['a', 'b', 'c', 'b', 'd'].map(enqueue))
    expect(results.map(({ status }) => status)).toEqual([
      'fulfilled',
      'fulfilled',
      'fulfilled',
      'rejected',
      'fulfilled',
    ])
    expect(results[3]).toMatchObject({ reason: { code: 'CONFLICTING_ID' } })
  })

  it('is not troubled by a run that the store cannot keep', async () => {
    const { store, enqueue } = await bench()
    const results = await Promise.allSettled(['a', 'b', 'large', 'c'].map(enqueue))
    expect(results.map(({ status }) => status)).toEqual(['fulfilled', 'fulfilled', 'rejected', 'fulfilled'])
    expect(results[2]).toMatchObject({ reason: { code: 'PAYLOAD_TOO_LARGE' } })
    expect(store.commits).toEqual([['a'], ['b', 'c']])
  })

  it('fails with its commit, and what comes later does not', async () => {
    const { store, enqueue } = await bench()
    store.fails = (ids) => ids.includes('b')
    const results = await Promise.allSettled(['a', 'b', 'c'].map(enqueue))
    expect(results.map(({ status }) => status)).toEqual(['fulfilled', 'rejected', 'rejected'])
    expect(await rejection(enqueue('b'))).toMatchObject({ message: 'away' })
    store.fails = () => false
    expect(await enqueue('b')).toMatchObject({ id: 'b' })
  })

  it('may be jobs, too', async () => {
    const { store, scheduler } = await bench()
    const ids = named(20)
    const jobs = await Promise.all(ids.map((id) => scheduler.addJob('work', interval('1m'), { id })))
    expect(jobs.map(({ id }) => id)).toEqual(ids)
    expect(store.commits).toEqual([ids.slice(0, 1), ids.slice(1)])
  })
})
