import { describe, expect, it } from 'vitest'
import { MemoryJobStore } from '../../../../src/index.ts'
import { NO_COUNTS } from '../../../../src/jobs/counters.ts'
import { noteRecord } from '../../../../src/jobs/notes.ts'
import { EMPTY_LOG } from '../../../../src/jobs/run-log.ts'
import { ALL, finishedRun, jobRecord, NOW, runRecord } from '../../../../src/testing/conformance/records.ts'
import { FaultyJobStore } from '../../../../src/testing.ts'
import { copyStore, recordsOf, report, sizeOf, storeWith, within } from './support.ts'

const LATER = Date.now() + 3_600_000

describe('copying a store', () => {
  it('gives the target every record as it is: version, due time, state, contents', async () => {
    const records = [
      jobRecord('waiting', { version: 7 }),
      jobRecord('paused', { state: 'paused', due: null, status: { fires: 3 } }),
      runRecord('waiting@1', { version: 4, due: LATER, status: { attempt: 2, checkpoint: { line: 7 } } }),
      runRecord('letter', { state: 'dead', due: null, jobId: null, version: 9, status: { attempt: 3 } }),
      runRecord('puzzle', { state: 'unknown', due: null }),
      runRecord('lost', { state: 'running', due: NOW, status: { attempt: 1, worker: 'gone' } }),
      noteRecord('key', 'k1', { runId: 'waiting@1', until: 0 }, NOW, LATER),
      noteRecord('log', 'waiting@1', EMPTY_LOG, NOW, LATER),
      noteRecord('queue', 'slow', { isPaused: true, counters: { ...NO_COUNTS, completed: 5 }, folded: [] }, NOW, null),
    ]
    const source = await storeWith(...records)
    const target = new MemoryJobStore()
    expect(await copyStore(source, target)).toEqual(
      report({ copied: { jobs: 2, pendingRuns: 1, waitingRuns: 2, lostRuns: 1, uniqueKeys: 1, pausedQueues: 1 } }),
    )
    expect(await recordsOf(target, records)).toEqual(records)
    expect(await recordsOf(source, records)).toEqual(records)
  })

  it('leaves history, unique keys that are free again, logs of finished runs, and workers behind', async () => {
    const log = noteRecord('log', 'over', EMPTY_LOG, NOW, LATER)
    const key = noteRecord('key', 'free', { runId: 'over', until: NOW }, NOW, LATER)
    const stale = noteRecord('worker', 'killed', WORKER, NOW, NOW)
    const source = await storeWith(jobRecord('job'), finishedRun('over'), log, key, stale)
    const target = new MemoryJobStore()
    expect(await copyStore(source, target)).toEqual(report({ copied: { jobs: 1 } }))
    expect(await sizeOf(target)).toEqual([1, 0])
    expect(await recordsOf(target, [log, key, stale])).toEqual([undefined, undefined, undefined])
  })

  it('keeps a unique key whose window is not over, though its run is', async () => {
    const key = noteRecord('key', 'k', { runId: 'over', until: LATER }, NOW, LATER)
    const target = new MemoryJobStore()
    await copyStore(await storeWith(finishedRun('over'), key), target)
    expect(await recordsOf(target, [key])).toEqual([key])
  })

  it('keeps the order of runs that are due at the same instant, over many pages', async () => {
    const ids = Array.from({ length: 1_100 }, (_, index) => `r${String(index).padStart(5, '0')}`)
    const source = await storeWith(...ids.map((id, index) => runRecord(id, { at: NOW + Math.floor(index / 300) })))
    const target = new MemoryJobStore()
    await copyStore(source, target)
    const served = await within(target, (open) => open.due({ lane: 'run', before: ALL, limit: ALL }))
    expect(served.map(({ id }) => id)).toEqual(ids)
  })

  it('pauses a queue that the target has already, and leaves what it counted there', async () => {
    const queue = (isPaused: boolean, completed: number) =>
      noteRecord('queue', 'q', { isPaused, counters: { ...NO_COUNTS, completed }, folded: [] }, NOW, null)
    const target = await storeWith(queue(false, 8))
    expect(await copyStore(await storeWith(queue(true, 5)), target)).toEqual(report({ copied: { pausedQueues: 1 } }))
    expect(await recordsOf(target, [queue(true, 5)])).toMatchObject([
      { spec: { isPaused: true, counters: { completed: 8 } } },
    ])
    expect(await copyStore(await storeWith(queue(true, 5)), target)).toEqual(report({ present: { pausedQueues: 1 } }))
  })

  it('looks only, where that is asked for', async () => {
    const source = await storeWith(jobRecord('a'), runRecord('a@1'))
    const target = await storeWith(jobRecord('a'))
    expect(await copyStore(source, target, { dryRun: true })).toEqual(
      report({ copied: { pendingRuns: 1 }, present: { jobs: 1 } }),
    )
    expect(await sizeOf(target)).toEqual([1, 0])
  })

  it('refuses options that are none', async () => {
    const options = { dryrun: true }
    await expect(copyStore('memory:', 'memory:', options as object)).rejects.toMatchObject({ code: 'INVALID_ARGUMENT' })
    await expect(copyStore('nosuch:', 'memory:')).rejects.toMatchObject({ details: { field: 'from' } })
  })
})

describe('a copy to a store that has records already', () => {
  it('is refused where an id stands for something else, names some of them, and writes nothing', async () => {
    const ids = ['a', 'b', 'c', 'd', 'e', 'f', 'g']
    const source = await storeWith(...ids.map((id) => jobRecord(id)), jobRecord('new'), runRecord('r'))
    const target = await storeWith(...ids.map((id) => jobRecord(id, { due: NOW + 1 })), finishedRun('r'))
    await expect(copyStore(source, target)).rejects.toMatchObject({
      code: 'CONFLICTING_ID',
      message:
        'the target has something else under 8 of the ids of the source: ' +
        'job "g", job "f", job "e", job "d", job "c" and 3 more; nothing was written',
      details: { count: 8, ids: ['g', 'f', 'e', 'd', 'c'] },
    })
    expect(await sizeOf(target)).toEqual([7, 1])
  })

  it('names the run whose unique key is taken there', async () => {
    const key = (runId: string) => noteRecord('key', 'hash', { runId, until: LATER }, NOW, LATER)
    await expect(copyStore(await storeWith(key('ours')), await storeWith(key('theirs')))).rejects.toThrow(
      'unique key of run "ours"',
    )
  })

  it('is no matter where the ids are others: what was there stays', async () => {
    const target = await storeWith(jobRecord('theirs'), runRecord('theirs@1'))
    await copyStore(await storeWith(jobRecord('ours'), runRecord('ours@1')), target)
    expect(await sizeOf(target)).toEqual([2, 2])
  })

  it('counts what is equal as present, so that a copy that broke off can be repeated', async () => {
    const runs = Array.from({ length: 600 }, (_, index) => runRecord(`r${index}`))
    const source = await storeWith(jobRecord('job'), ...runs)
    const target = new MemoryJobStore()
    const line = new FaultyJobStore(target, { faults: [{ operation: 'commit', call: 2, when: 'before' }] })
    await expect(copyStore(source, line)).rejects.toMatchObject({
      code: 'STORE_ERROR',
      message: expect.stringMatching(/; 100 records were copied before that, and copying again goes on from there$/),
      details: { copied: 100 },
    })
    expect(await sizeOf(target)).toEqual([0, 100])
    expect(await copyStore(source, target)).toEqual(
      report({ copied: { jobs: 1, pendingRuns: 500 }, present: { pendingRuns: 100 } }),
    )
    expect(await copyStore(source, target)).toEqual(report({ present: { jobs: 1, pendingRuns: 600 } }))
  })

  it('is repeated after a lost reply', async () => {
    const source = await storeWith(jobRecord('job'), runRecord('job@1'))
    const target = new MemoryJobStore()
    const line = new FaultyJobStore(target, { faults: [{ operation: 'commit', call: 2, when: 'after' }] })
    await expect(copyStore(source, line)).rejects.toMatchObject({ code: 'STORE_ERROR' })
    expect(await copyStore(source, target)).toEqual(report({ present: { jobs: 1, pendingRuns: 1 } }))
  })

  it('says so when somebody adds an id of the source in between', async () => {
    const source = await storeWith(jobRecord('job'))
    const target = new MemoryJobStore()
    const line = new FaultyJobStore(target)
    const check = line.checkStorable.bind(line)
    line.checkStorable = (record) => {
      void target.commit([{ expect: 0, record: jobRecord('job', { due: NOW + 5 }) }])
      check(record)
    }
    await expect(copyStore(source, line)).rejects.toThrow(/job "job"; somebody else wrote to it meanwhile/)
  })
})

const WORKER = {
  host: 'web-1',
  pid: 4711,
  version: '1.0.0',
  queues: [],
  startedAt: NOW,
  beatAt: NOW,
  running: [],
  runningCount: 0,
  isStopping: false,
  counters: {},
}

describe('a copy of a store that is in use', () => {
  it('is refused while a process is at work on it, and says which', async () => {
    const source = await storeWith(jobRecord('job'), noteRecord('worker', 'w1', WORKER, NOW, Date.now() + 40_000))
    const target = new MemoryJobStore()
    await expect(copyStore(source, target)).rejects.toMatchObject({
      code: 'STORE_IN_USE',
      message: expect.stringMatching(
        /^1 process is at work on the source \(w1, web-1:4711\): shut down what uses it; one that was killed counts as gone in (39|40) s$/,
      ),
      details: { ids: ['w1'], count: 1 },
    })
    expect(await sizeOf(target)).toEqual([0, 0])
  })

  it('is refused while a run is at work in it', async () => {
    const source = await storeWith(runRecord('r1', { state: 'running', due: Date.now() + 9_500 }))
    await expect(copyStore(source, new MemoryJobStore())).rejects.toMatchObject({
      code: 'STORE_IN_USE',
      message: expect.stringMatching(/^1 run is at work in the source \(r1\): .* leases .* are over in (9|10) s$/),
    })
  })
})
