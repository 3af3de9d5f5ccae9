/** What is particular to guarded changes on etcd: its limits, its keys, and what this process remembers of records. */

import { Etcd3 } from 'etcd3'
import { describe, expect, it } from 'vitest'
import { EtcdJobStore } from '../../../../src/etcd.ts'
import {
  changeRun,
  commitOne,
  finishedRun,
  getRun,
  insert,
  jobRecord,
  MINUTE,
  NOW,
  runRecord,
} from '../../../../src/testing/conformance/records.ts'
import { keysBelow } from './own-server.ts'
import { freshPrefix, openStore, sharedHost } from './store.ts'

const url = `etcd://${sharedHost}`
const names = (found: Record<string, string>, prefix: string): string[] =>
  Object.keys(found).map((key) => key.slice(prefix.length + 1))

describe('changes on etcd', () => {
  it('a change with 1,000 inserts, more than a transaction takes, is applied, and refused when it is sent again', async () => {
    const { store } = await openStore({ url, prefix: freshPrefix() })
    await insert(store, jobRecord('job'), runRecord('job@500', { priority: 7 }))
    const inserts = Array.from({ length: 1_000 }, (_, index) => runRecord(`job@${index}`))
    const change = { expect: 1, key: { kind: 'job', id: 'job' }, patch: { due: NOW + MINUTE }, inserts } as const
    expect(await commitOne(store, change)).toEqual({ applied: true, existing: ['job@500'] })
    expect(await store.count({ kind: 'run', jobId: 'job' })).toBe(1_000)
    expect(await getRun(store, 'job@500')).toMatchObject({ priority: 7, version: 1 })
    expect(await commitOne(store, change)).toEqual({ applied: false, existing: [] })
  })

  it('nothing of a wide change is written when its version is refused', async () => {
    const prefix = freshPrefix()
    const [{ store }, other] = [await openStore({ url, prefix }), await openStore({ url, prefix })]
    await insert(store, jobRecord('job'))
    await other.store.get([{ kind: 'job', id: 'job' }])
    await store.commit([{ expect: 1, key: { kind: 'job', id: 'job' }, patch: { due: NOW + MINUTE } }])
    const inserts = Array.from({ length: 300 }, (_, index) => runRecord(`job@${index}`))
    const change = { expect: 1, key: { kind: 'job', id: 'job' }, patch: { due: NOW }, inserts } as const
    expect(await commitOne(other.store, change)).toEqual({ applied: false, existing: [] })
    expect(await store.count({ kind: 'run' })).toBe(0)
  })

  it('a record removed and added again elsewhere, at the same version, is not taken for the one known here', async () => {
    const prefix = freshPrefix()
    const [left, right] = [(await openStore({ url, prefix })).store, (await openStore({ url, prefix })).store]
    await insert(left, runRecord('run', { queue: 'old', priority: 1 }))
    await right.commit([changeRun('run', 1, null)])
    await insert(right, runRecord('run', { queue: 'new', priority: 2 }))
    expect((await commitOne(left, changeRun('run', 1, { state: 'running', due: NOW + MINUTE })))?.applied).toBe(true)
    expect(await getRun(right, 'run')).toMatchObject({ queue: 'new', priority: 2, state: 'running', version: 2 })
    const found = await keysBelow(sharedHost, `${prefix}/due/`)
    expect(names(found, prefix)).toHaveLength(1)
  })

  it('what is due comes as it is now, although this process knew it before, and its due time stayed', async () => {
    const prefix = freshPrefix()
    const [left, right] = [(await openStore({ url, prefix })).store, (await openStore({ url, prefix })).store]
    const long = runRecord('long@1', { spec: { input: 'x'.repeat(3_000) } })
    await insert(left, jobRecord('job'), runRecord('job@1'), long)
    const dueIn = async (lane: 'job' | 'run') => left.due({ lane, before: NOW + MINUTE, limit: 10 })
    await dueIn('run')
    await right.commit([
      { expect: 1, key: { kind: 'job', id: 'job' }, patch: { spec: jobRecord('job', { spec: { input: 7 } }).spec } },
      changeRun('job@1', 1, { state: 'running' }),
    ])
    expect(await dueIn('job')).toMatchObject([{ id: 'job', version: 2, spec: { input: 7 } }])
    expect(await dueIn('run')).toEqual([await getRun(right, 'job@1'), await getRun(right, 'long@1')])
    expect(await commitOne(left, changeRun('job@1', 2, { state: 'pending' }))).toMatchObject({ applied: true })
  })

  it('the runs of a job are listed and counted by state, and many series are trimmed at once', async () => {
    const { store } = await openStore({ url, prefix: freshPrefix() })
    const runs = Array.from({ length: 600 }, (_, index) => {
      const [id, jobId] = [`run-${String(index).padStart(3, '0')}`, `job-${index % 40}`]
      return finishedRun(id, { jobId, at: index, state: index % 80 < 40 ? 'failed' : 'completed' })
    })
    await insert(store, ...runs, runRecord('dead', { jobId: 'job-0', state: 'dead', due: null }))
    expect(await store.count({ kind: 'run', jobId: 'job-0', states: ['failed', 'dead'] })).toBe(9)
    const failed = await store.list({ kind: 'run', jobId: 'job-0', states: ['failed'], limit: 3 })
    expect(failed.map(({ id }) => id)).toEqual(['run-560', 'run-480', 'run-400'])
    const series = Array.from({ length: 40 }, (_, index) => ({
      jobId: `job-${index}`,
      functionRef: 'work',
      keep: index % 3,
    }))
    await store.trim(series)
    for (const { jobId, keep } of series) {
      const left = await store.list({ kind: 'run', jobId, states: ['failed', 'completed'], limit: 20 })
      expect(left).toHaveLength(keep)
    }
    expect(await getRun(store, 'dead')).toBeDefined()
  })

  it('a record leaves no key behind when it is removed', async () => {
    const prefix = freshPrefix()
    const { store } = await openStore({ url, prefix })
    const large = { input: 'x'.repeat(5_000) }
    await insert(store, jobRecord('job', { spec: large }), runRecord('run', { spec: large }), finishedRun('old'))
    await store.commit([changeRun('run', 1, { state: 'running', due: NOW + 5, queue: 'low', priority: 3, at: 5 })])
    await store.commit([changeRun('run', 2, null), changeRun('old', 1, null)])
    await store.removeJobs()
    const left = names(await keysBelow(sharedHost, `${prefix}/`), prefix)
    expect(left.filter((key) => !/^(partition\/|news$|format$)/.test(key))).toEqual([])
  })

  it('a renewal does not rewrite a large input', async () => {
    const prefix = freshPrefix()
    const { store } = await openStore({ url, prefix })
    await insert(store, runRecord('run', { spec: { input: 'x'.repeat(100_000) } }))
    const client = new Etcd3({ hosts: `http://${sharedHost}` })
    const versionOfSpec = async (): Promise<unknown> =>
      (await client.get(`${prefix}/spec/run/run`).exec()).kvs[0]?.version
    await store.commit([changeRun('run', 1, { due: NOW + MINUTE })])
    expect(await versionOfSpec()).toBe('1')
    expect((await client.get(`${prefix}/record/run/run`).string())?.length).toBeLessThan(1_000)
    client.close()
  })

  it('a spec that grows and shrinks again is read as it is', async () => {
    const { store } = await openStore({ url, prefix: freshPrefix() })
    const inputs = ['small', 'x'.repeat(5_000), 'small again', 'y'.repeat(9_000), 'z'.repeat(8_000)]
    await insert(store, runRecord('run'))
    for (const [index, input] of inputs.entries()) {
      await store.commit([changeRun('run', index + 1, { spec: runRecord('run', { spec: { input } }).spec })])
      expect((await getRun(store, 'run'))?.spec.input).toBe(input)
    }
  })

  it('UX-19 a record that no request can carry is refused with an error that says how much is too much, and nothing is written', async () => {
    const { store } = await openStore({ url, prefix: freshPrefix() })
    const large = runRecord('large', { spec: { input: 'x'.repeat(2 * 2 ** 20) } })
    const refused = store.commit([
      { expect: 0, record: runRecord('small') },
      { expect: 0, record: large },
    ])
    await expect(refused).rejects.toMatchObject({
      code: 'PAYLOAD_TOO_LARGE',
      details: { limit: 1.5 * 2 ** 20 - 4_096 },
    })
    expect(await store.count({ kind: 'run' })).toBe(0)
  })

  it('a patch that changes nothing still raises the version', async () => {
    const { store } = await openStore({ url, prefix: freshPrefix() })
    await insert(store, runRecord('run'))
    await store.commit([changeRun('run', 1, {})])
    expect(await getRun(store, 'run')).toMatchObject({ version: 2 })
  })

  it('applications with prefixes that begin alike do not see each other', async () => {
    const prefix = freshPrefix()
    const { store } = await openStore({ url, prefix })
    const { store: other } = await openStore({ url, prefix: `${prefix}-2` })
    await insert(store, jobRecord('job'), runRecord('run'))
    expect(await other.getAllJobs()).toEqual([])
    expect(await other.due({ lane: 'run', before: NOW, limit: 9 })).toEqual([])
    expect(await other.removeJobs()).toBe(0)
    expect(await store.count({ kind: 'job' })).toBe(1)
  })

  it('queues and jobs whose names hold slashes and percent signs keep apart', async () => {
    const { store } = await openStore({ url, prefix: freshPrefix() })
    const odd = ['a', 'a/b', 'a%2Fb', 'a%', '/', '%25']
    await insert(store, ...odd.map((name) => runRecord(`run ${name}`, { queue: name, jobId: name })))
    for (const name of odd) {
      const due = await store.due({ lane: 'run', before: NOW, limit: 9, queues: [name] })
      expect(due.map(({ id, queue }) => [id, queue])).toEqual([[`run ${name}`, name]])
      expect(await store.count({ kind: 'run', jobId: name })).toBe(1)
      expect(await store.count({ kind: 'run', queue: name })).toBe(1)
    }
  })

  it('is looked at with the tools of the server: a record is JSON under its kind and id', async () => {
    const prefix = freshPrefix()
    const { store } = await openStore({ url, prefix })
    await insert(store, jobRecord('weekday-report'))
    const value = (await keysBelow(sharedHost, `${prefix}/record/`))[`${prefix}/record/job/weekday-report`] ?? ''
    expect(JSON.parse(value)).toMatchObject({ state: 'waiting', due: NOW, functionRef: 'work', queue: 'default' })
  })

  it('data of a later format is refused, and named', async () => {
    const prefix = freshPrefix()
    const client = new Etcd3({ hosts: `http://${sharedHost}` })
    await client.put(`${prefix}/format`).value('2')
    client.close()
    const store = new EtcdJobStore({ url, prefix })
    const host = { workerId: 'w', now: () => NOW, wakeup: () => undefined, reportError: () => undefined }
    await expect(store.start(host, 'tested')).rejects.toMatchObject({ code: 'STORE_ERROR', details: { format: 2 } })
  })
})
