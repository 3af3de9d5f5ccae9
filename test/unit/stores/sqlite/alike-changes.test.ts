/** Changes that are alike are one statement as long as all of them are applied; what comes of each must not show it. */

import { describe, expect, it } from 'vitest'
import type { Change } from '../../../../src/jobs/record.ts'
import { changeRun, insert, jobRecord, NOW, runRecord } from '../../../../src/testing/conformance/records.ts'
import { newPath, openStore } from './fixtures.ts'

const IDS = Array.from({ length: 70 }, (_, index) => `run-${index}`)
const claim = (id: string, version: number): Change => changeRun(id, version, { state: 'running', due: NOW + 1 })
const added = (id: string): Change => ({ expect: 0, record: runRecord(id) })

describe('changes that are alike', () => {
  it('are applied where each fits, and refused where one does not', async () => {
    const store = await openStore({ path: newPath() })
    await insert(store, ...IDS.map((id) => runRecord(id)))
    await store.commit([claim('run-55', 1)])
    const results = await store.commit(IDS.map((id) => claim(id, 1)))
    expect(results.flatMap(({ applied }, index) => (applied ? [] : [IDS[index]]))).toEqual(['run-55'])
    const runs = await store.get(IDS.map((id) => ({ kind: 'run', id }) as const))
    expect(new Set(runs.map((run) => run?.version))).toEqual(new Set([2]))
    expect(await store.count({ kind: 'run', states: ['running'] })).toBe(IDS.length)
  })

  it('are added where the id is free, and refused where it is not', async () => {
    const store = await openStore({ path: newPath() })
    await insert(store, runRecord('run-3', { queue: 'kept' }))
    const results = await store.commit(IDS.map(added))
    expect(results.flatMap(({ applied }, index) => (applied ? [] : [IDS[index]]))).toEqual(['run-3'])
    expect(await store.count({ kind: 'run' })).toBe(IDS.length)
    expect(await store.count({ kind: 'run', queue: 'kept' })).toBe(1)
  })

  it('are carried out in their order, where a record comes more than once', async () => {
    const store = await openStore({ path: newPath() })
    const removed: Change = changeRun('run', 2, null)
    const changes = [added('run'), added('run'), claim('run', 1), claim('run', 1), removed, added('run')]
    const results = await store.commit(changes)
    expect(results.map(({ applied }) => applied)).toEqual([true, false, true, false, true, true])
    expect(await store.get([{ kind: 'run', id: 'run' }])).toMatchObject([{ version: 1, state: 'pending' }])
  })

  it('tell which of the records that come with them were there', async () => {
    const store = await openStore({ path: newPath() })
    await insert(store, jobRecord('first'), jobRecord('second'), runRecord('there'))
    const fire = (id: string, ...runs: string[]): Change => ({
      expect: 1,
      key: { kind: 'job', id },
      patch: { due: NOW + 1 },
      inserts: runs.map((run) => runRecord(run)),
    })
    const results = await store.commit([fire('first', 'new', 'there'), fire('second', 'newer')])
    expect(results).toEqual([
      { applied: true, existing: ['there'] },
      { applied: true, existing: [] },
    ])
    expect(await store.count({ kind: 'run' })).toBe(3)
  })
})
