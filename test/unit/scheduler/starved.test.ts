/** Runs that may not start keep no others behind them from starting, and cost no scan that grows with their number. */

import { describe, expect, it } from 'vitest'
import { interval } from '../../../src/index.ts'
import type { RunRecord } from '../../../src/jobs/record.ts'
import { addedAsClaimed, newRun } from '../../../src/jobs/transitions.ts'
import { SqliteJobStore } from '../../../src/sqlite.ts'
import { MemoryJobStore } from '../../../src/stores/memory/memory-job-store.ts'
import type { RecordJobStore } from '../../../src/stores/record-job-store.ts'
import { Gate, MINUTE, newDatabasePath, Recorder, SECOND, START, startedBench } from './support.ts'

const MANY = 10_000

const STORES: readonly (readonly [string, () => RecordJobStore])[] = [
  ['memory', () => new MemoryJobStore()],
  ['SQLite', () => new SqliteJobStore({ path: newDatabasePath(), synchronous: 'NORMAL' })],
]

/** Waiting runs of a job, as a long outage of many processes might leave them. */
async function addWaiting(store: RecordJobStore, jobId: string, change: Partial<RunRecord> = {}): Promise<void> {
  const [job] = await store.get([{ kind: 'job', id: jobId } as const])
  if (job === undefined) throw new Error(`there is no job ${jobId}`)
  const changes = Array.from({ length: MANY }, (_, index) => {
    const run = newRun(job, { id: `${jobId}#many-${index}`, origin: 'manual', at: START + 1 })
    return { expect: 0, record: { ...run, ...change } } as const
  })
  await store.commit(changes)
}

describe.each(STORES)('ten thousand runs that may not start, on %s', (_name, newStore) => {
  it('because their job is at its limit: ten behind them start at once', async () => {
    const store = newStore()
    const { clock, scheduler } = await startedBench({ jobStores: { default: store } })
    const gate = new Gate()
    const recorder = new Recorder(clock)
    scheduler.register('hold', gate.handler)
    scheduler.register('work', recorder.handler)
    await scheduler.addJob('hold', interval('1h'), { id: 'held', overlap: 'queue' })
    await scheduler.runJob('held')
    await clock.advance(SECOND)
    await addWaiting(store, 'held')
    await scheduler.enqueueMany('work', [1, 2, 3, 4, 5, 6, 7, 8, 9, 10])
    await clock.advance(0)
    expect(recorder.inputs).toHaveLength(10)
    expect(gate.entered).toHaveLength(1)
    gate.open()
    await clock.advance(0)
    expect(gate.entered).toHaveLength(2)
  })

  it('because nobody here knows their function: ten behind them start at once', async () => {
    const store = newStore()
    const { clock, scheduler } = await startedBench({ jobStores: { default: store } })
    const recorder = new Recorder(clock)
    scheduler.register('work', recorder.handler)
    await scheduler.addJob('work', interval('1h'), { id: 'held' })
    await addWaiting(store, 'held', { functionRef: 'elsewhere', jobId: null })
    await scheduler.enqueueMany('work', [1, 2, 3, 4, 5, 6, 7, 8, 9, 10])
    await clock.advance(2 * SECOND)
    expect(recorder.inputs).toHaveLength(10)
  })

  it('because their job is at its limit elsewhere: ten behind them start at once', async () => {
    const store = newStore()
    const { clock, scheduler } = await startedBench({ jobStores: { default: store } })
    const recorder = new Recorder(clock)
    scheduler.register('work', recorder.handler)
    await scheduler.addJob('work', interval('1h'), { id: 'held', overlap: 'queue' })
    const [job] = await store.get([{ kind: 'job', id: 'held' } as const])
    if (job === undefined) throw new Error('there is no job')
    const lease = { worker: 'elsewhere', now: START, until: START + MINUTE }
    const held = addedAsClaimed(newRun(job, { id: 'held#0', origin: 'manual', at: START }), lease)
    await store.commit([{ expect: 0, record: held }])
    await addWaiting(store, 'held', {})
    await scheduler.enqueueMany('work', [1, 2, 3, 4, 5, 6, 7, 8, 9, 10])
    await clock.advance(2 * SECOND)
    expect(recorder.inputs).toHaveLength(10)
  })
})
