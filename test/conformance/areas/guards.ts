/** Guarded changes: one compare-and-set on a version, with inserts that happen with it or not at all. */

import { expect, it } from 'vitest'
import { FRESH_STATUS } from '../../../src/jobs/run.ts'
import { changeRun, commitOne, getRun, insert, jobRecord, MINUTE, NOW, runRecord, type Suite } from '../fixtures.ts'

const applied = { applied: true, existing: [] }
const refused = { applied: false, existing: [] }

export function describeGuards(suite: Suite): void {
  it('inserts a new record as it is', async () => {
    const store = await suite.open()
    const run = runRecord('job@1', { state: 'running', status: { attempt: 1, worker: 'w', progress: null } })
    expect(await commitOne(store, { expect: 0, record: run })).toEqual(applied)
    expect(await getRun(store, 'job@1')).toEqual(run)
  })

  it('refuses to insert over a record', async () => {
    const store = await suite.open()
    await insert(store, runRecord('job@1', { priority: 1 }))
    expect(await commitOne(store, { expect: 0, record: runRecord('job@1', { priority: 2 }) })).toEqual(refused)
    expect(await getRun(store, 'job@1')).toEqual(runRecord('job@1', { priority: 1 }))
  })

  it('changes only the fields that a patch gives, and raises the version by one', async () => {
    const store = await suite.open()
    const run = runRecord('job@1', { spec: { input: { deep: [1] } } })
    await insert(store, run)
    const status = { ...FRESH_STATUS, attempt: 1, fence: 2, worker: 'w' }
    const change = changeRun('job@1', 1, { state: 'running', due: NOW + MINUTE, status })

    expect(await commitOne(store, change)).toEqual(applied)
    expect(await getRun(store, 'job@1')).toEqual({ ...run, version: 2, state: 'running', due: NOW + MINUTE, status })
  })

  it('changes every field that a patch may give', async () => {
    const store = await suite.open()
    await insert(store, runRecord('job@1'))
    const { kind, id, version, jobId, ...patch } = runRecord('job@1', {
      lane: 'history',
      due: null,
      state: 'failed',
      at: NOW - 1,
      functionRef: 'other',
      queue: 'low',
      priority: -5,
      spec: { input: 'new', executor: 'threads' },
      status: { origin: 'manual', attempt: 2, output: { ok: true }, error: { name: 'Error', message: 'no' } },
    })

    expect(await commitOne(store, changeRun(id, version, patch))).toEqual(applied)
    expect(await getRun(store, 'job@1')).toEqual({ ...patch, kind, id, jobId, version: 2 })
  })

  it('tells null, which clears, from absent, which leaves', async () => {
    const store = await suite.open()
    await insert(store, runRecord('job@1', { due: NOW }))
    await commitOne(store, changeRun('job@1', 1, { state: 'dead', due: null }))
    expect(await getRun(store, 'job@1')).toMatchObject({ state: 'dead', due: null, jobId: 'job' })
  })

  it('UX-01 refuses the second of two holders that saw the same version', async () => {
    const store = await suite.open()
    await insert(store, runRecord('job@1'))
    expect(await commitOne(store, changeRun('job@1', 1, { state: 'running', queue: 'first' }))).toEqual(applied)
    expect(await commitOne(store, changeRun('job@1', 1, { state: 'running', queue: 'second' }))).toEqual(refused)
    expect(await commitOne(store, changeRun('job@1', 2, { state: 'completed' }))).toEqual(applied)
    expect(await getRun(store, 'job@1')).toMatchObject({ version: 3, state: 'completed', queue: 'first' })
  })

  it('refuses a version that is yet to come, and a record that does not exist', async () => {
    const store = await suite.open()
    await insert(store, runRecord('job@1'))
    expect(await commitOne(store, changeRun('job@1', 2, { state: 'running' }))).toEqual(refused)
    expect(await commitOne(store, changeRun('job@2', 1, { state: 'running' }))).toEqual(refused)
    expect(await getRun(store, 'job@1')).toEqual(runRecord('job@1'))
    expect(await getRun(store, 'job@2')).toBeUndefined()
  })

  it('adds inserts with the change', async () => {
    const store = await suite.open()
    await insert(store, jobRecord('job'))
    const [result] = await store.commit([
      {
        expect: 1,
        key: { kind: 'job', id: 'job' },
        patch: { due: NOW + MINUTE },
        inserts: [runRecord('job@1'), runRecord('job@2')],
      },
    ])

    expect(result).toEqual(applied)
    expect(await store.get([{ kind: 'run', id: 'job@1' }])).toEqual([runRecord('job@1')])
    expect(await store.get([{ kind: 'run', id: 'job@2' }])).toEqual([runRecord('job@2')])
  })

  it('adds no insert of a refused change, and still applies the others of the batch', async () => {
    const store = await suite.open()
    await insert(store, runRecord('a'), runRecord('b'))
    const results = await store.commit([
      changeRun('a', 1, { state: 'running' }, runRecord('with-a')),
      changeRun('b', 9, { state: 'running' }, runRecord('with-b')),
      { expect: 0, record: runRecord('c') },
      { expect: 0, record: runRecord('a') },
    ])

    expect(results).toEqual([applied, refused, applied, refused])
    expect(await getRun(store, 'with-a')).toBeDefined()
    expect(await getRun(store, 'with-b')).toBeUndefined()
    expect(await getRun(store, 'c')).toBeDefined()
    expect(await getRun(store, 'b')).toEqual(runRecord('b'))
  })

  it('leaves an insert alone whose id exists, and says so', async () => {
    const store = await suite.open()
    await insert(store, jobRecord('job'), runRecord('job@1', { priority: 5 }))
    const result = await commitOne(store, {
      expect: 1,
      key: { kind: 'job', id: 'job' },
      patch: { due: null },
      inserts: [runRecord('job@1'), runRecord('job@2')],
    })

    expect(result).toEqual({ applied: true, existing: ['job@1'] })
    expect(await getRun(store, 'job@1')).toEqual(runRecord('job@1', { priority: 5 }))
    expect(await getRun(store, 'job@2')).toBeDefined()
  })

  it('refuses a change that is sent again after a lost reply, and does nothing twice', async () => {
    const store = await suite.open()
    await insert(store, runRecord('a'))
    const change = changeRun('a', 1, { state: 'completed' }, runRecord('next'))
    expect(await commitOne(store, change)).toEqual(applied)
    expect(await commitOne(store, change)).toEqual(refused)
    expect(await getRun(store, 'a')).toMatchObject({ version: 2 })
    expect(await store.count({ kind: 'run' })).toBe(2)
  })

  it('removes a record, only at its version', async () => {
    const store = await suite.open()
    await insert(store, runRecord('a'))
    expect(await commitOne(store, changeRun('a', 2, null))).toEqual(refused)
    expect(await getRun(store, 'a')).toBeDefined()
    expect(await commitOne(store, changeRun('a', 1, null, runRecord('b')))).toEqual(applied)
    expect(await getRun(store, 'a')).toBeUndefined()
    expect(await getRun(store, 'b')).toBeDefined()
  })

  it('keeps a job and a run with the same id apart', async () => {
    const store = await suite.open()
    await insert(store, jobRecord('same'), runRecord('same'))
    await commitOne(store, changeRun('same', 1, null))
    expect(await store.get([{ kind: 'job', id: 'same' }])).toHaveLength(1)
    expect((await store.lookupJob('same'))?.id).toBe('same')
    expect(await getRun(store, 'same')).toBeUndefined()
  })

  it('lets each change of a batch see those before it', async () => {
    const store = await suite.open()
    const results = await store.commit([
      { expect: 0, record: runRecord('a') },
      changeRun('a', 1, { state: 'running' }, runRecord('b')),
      changeRun('b', 1, { state: 'running' }, runRecord('b')),
      changeRun('a', 1, null),
      changeRun('a', 2, null),
    ])
    expect(results).toEqual([applied, applied, { applied: true, existing: ['b'] }, refused, applied])
    expect(await getRun(store, 'a')).toBeUndefined()
    expect(await getRun(store, 'b')).toMatchObject({ version: 2, state: 'running' })
  })

  it('gives the results of a large batch in its order', async () => {
    const store = await suite.open()
    const taken = Array.from({ length: 2_500 }, (_, index) => index).filter((index) => index % 7 === 0)
    await insert(store, ...taken.map((index) => runRecord(`run-${index}`)))
    const batch = Array.from({ length: 2_500 }, (_, index) => runRecord(`run-${index}`))
    const results = await store.commit(batch.map((record) => ({ expect: 0, record })))

    expect(results.map((result) => result.applied)).toEqual(batch.map((_, index) => index % 7 !== 0))
    expect(await store.count({ kind: 'run' })).toBe(2_500)
  })

  it('does nothing for an empty batch', async () => {
    const store = await suite.open()
    expect(await store.commit([])).toEqual([])
    expect(await store.get([])).toEqual([])
  })

  it('reads records in the order of their keys, with a gap where there is none', async () => {
    const store = await suite.open()
    await insert(store, runRecord('a'), runRecord('b'))
    const keys = ['b', 'missing', 'a', 'b'].map((id) => ({ kind: 'run' as const, id }))
    expect(await store.get(keys)).toEqual([runRecord('b'), undefined, runRecord('a'), runRecord('b')])
  })
}
