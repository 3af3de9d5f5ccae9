import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { Change } from '../../../../src/jobs/record.ts'
import type { RecordJobStore } from '../../../../src/stores/record-job-store.ts'
import { sweepJournal } from '../../../../src/stores/zookeeper/journal-sweep.ts'
import { LargeTexts, type UnwrittenText } from '../../../../src/stores/zookeeper/large-texts.ts'
import { Paths } from '../../../../src/stores/zookeeper/paths.ts'
import {
  commitOne,
  finishedRun,
  insert,
  jobRecord,
  NOW,
  runRecord,
} from '../../../../src/testing/conformance/records.ts'
import { newPath, url, ZooKeeperBench } from './bench.ts'

describe('what the ZooKeeper store keeps', () => {
  let bench: ZooKeeperBench
  let basePath: string
  beforeEach(() => {
    bench = new ZooKeeperBench()
    basePath = newPath()
  })
  afterEach(() => bench.close())

  const open = () => bench.open({ url, basePath })
  const renew = (store: RecordJobStore, id: string, version: number) =>
    commitOne(store, { expect: version, key: { kind: 'run', id }, patch: { due: NOW + version } })

  it('is readable with the tools of the server', async () => {
    const store = await open()
    const id = 'nightly/report: ünïcode@1.5%'
    await insert(store, runRecord(id, { spec: { input: { to: 'a@b.c' } } }))
    const path = new Paths(basePath).record({ kind: 'run', id })
    expect(path).toMatch(/\/run\/[0-9a-f]{2}\/nightly%2Freport:%20%C3%BCn%C3%AFcode@1\.5%25$/)
    const text = await (await bench.server()).read(path, (znode) => znode?.data.toString('utf8'))
    const data: unknown = JSON.parse(text ?? '')
    expect(data).toMatchObject({ version: 1, lane: 'run', state: 'pending', functionRef: 'work', queue: 'default' })
    expect((await (await open()).get([{ kind: 'run', id }]))[0]?.spec.input).toEqual({ to: 'a@b.c' })
  })

  it('keeps ids that are no names of znodes', async () => {
    const store = await open()
    const ids = ['.', '..', '/', 'a/b', '%2F', 'a b', '\u{1F600}', '\u0001', 'zookeeper', 'x'.repeat(1_000)]
    await insert(store, ...ids.map((id) => runRecord(id)))
    const again = await open()
    expect((await again.list({ kind: 'run', limit: 99 })).map(({ id }) => id).sort()).toEqual([...ids].sort())
  })

  it('sets a znode aside that is no record, reports it once, and keeps it', async () => {
    const store = await open()
    await insert(store, runRecord('good'), runRecord('bad'))
    const server = await bench.server()
    const path = new Paths(basePath).record({ kind: 'run', id: 'bad' })
    await server.multi([{ type: 'set', path, data: Buffer.from('{"version":'), version: 0 }], () => undefined)
    const again = await open()
    for (let time = 0; time < 2; time += 1) {
      expect((await again.due({ lane: 'run', before: NOW, limit: 9 })).map(({ id }) => id)).toEqual(['good'])
      expect(await again.get([{ kind: 'run', id: 'bad' }])).toEqual([undefined])
    }
    expect(bench.errors.map(({ code }) => code)).toEqual(['DESERIALIZATION'])
    expect(await server.read(path, (znode) => znode?.data.toString())).toBe('{"version":')
  })

  it('keeps long texts apart, does not write them again at a renewal, and removes them with their record', async () => {
    const store = await open()
    const server = await bench.server()
    const texts = async () => [...((await server.children(`${basePath}/large`)) ?? [])].sort()
    const input = 'x\u0001é'.repeat(700_000)
    await insert(store, runRecord('long', { spec: { input } }), runRecord('short'))
    const [name] = await texts()
    expect(await texts()).toEqual([name])
    expect(await renew(store, 'long', 1)).toMatchObject({ applied: true })
    expect(await texts()).toEqual([name])
    const other = await open()
    expect((await other.get([{ kind: 'run', id: 'long' }]))[0]?.spec.input).toBe(input)
    await commitOne(other, {
      expect: 2,
      key: { kind: 'run', id: 'long' },
      patch: { lane: 'history', state: 'completed' },
    })
    await other.trim([{ jobId: 'job', functionRef: 'work', keep: 0 }])
    expect(await other.count({ kind: 'run' })).toBe(1)
    await expect.poll(texts).toEqual([])
  })

  it('asks the server once where nobody wrote anything, and is never behind what others wrote', async () => {
    const client = await bench.client()
    let calls = 0
    for (const name of ['getData', 'getChildren', 'exists'] as const) {
      const call: unknown = Reflect.get(client, name)
      if (typeof call !== 'function') throw new TypeError(name)
      Reflect.set(client, name, (...given: unknown[]) => {
        calls += 1
        return Reflect.apply(call, client, given)
      })
    }
    const store = await bench.open({ client, basePath })
    const others = await Promise.all([1, 2, 3].map(() => open()))
    for (const [index, other] of others.entries()) await insert(other, runRecord(`of-${index}`, { due: NOW }))
    await expect
      .poll(async () => {
        const before = calls
        await store.nextDue([{ lane: 'run' }])
        return calls - before
      })
      .toBe(1)
    for (let due = NOW - 1; due > NOW - 40; due -= 1) {
      await insert(others[due % 3] ?? store, runRecord(`run-${due}`, { due }))
      expect(await store.nextDue([{ lane: 'run' }])).toEqual([due])
    }
  })

  it('answers although another process writes faster than this one can ask to be told of it', async () => {
    const client = await bench.client()
    const other = await open()
    const exists: unknown = Reflect.get(client, 'exists')
    if (typeof exists !== 'function') throw new TypeError('exists')
    let written = 0
    const writes: Promise<unknown>[] = []
    Reflect.set(client, 'exists', (...given: unknown[]) => {
      const asked = () => Reflect.apply(exists, client, given)
      if (written === 200) return asked()
      writes.push(insert(other, runRecord(`run-${++written}`)).then(asked))
    })
    const store = await bench.open({ client, basePath })
    await insert(other, runRecord('first', { due: NOW - 7 }))
    expect(await store.nextDue([{ lane: 'run' }])).toEqual([NOW - 7])
    Reflect.set(client, 'exists', exists)
    await Promise.all(writes)
    expect(written).toBeLessThan(100)
  })

  it('removes the long texts of a change that is refused', async () => {
    const store = await open()
    await insert(store, runRecord('a'))
    await insert(store, runRecord('taken', { spec: { input: 'y'.repeat(100_000) } }))
    const server = await bench.server()
    const before = (await server.children(`${basePath}/large`))?.length
    const again = await commitOne(store, {
      expect: 0,
      record: runRecord('taken', { spec: { input: 'z'.repeat(100_000) } }),
    })
    expect(again).toMatchObject({ applied: false })
    await expect.poll(async () => (await server.children(`${basePath}/large`))?.length).toBe(before)
  })

  it('removes long texts that no record refers to, when they are old', async () => {
    await open()
    const server = await bench.server()
    const texts = new LargeTexts(server, new Paths(basePath))
    const unwritten: UnwrittenText[] = []
    for (const text of ['x'.repeat(1_000_000), 'y'.repeat(40_000)]) texts.stored(text, unwritten)
    await texts.write(unwritten)
    const [one = '', other = ''] = (await server.children(`${basePath}/large`)) ?? []
    await texts.sweep(new Set(), Date.now())
    expect(await server.children(`${basePath}/large`)).toHaveLength(2)
    await texts.sweep(new Set([other]), Date.now() + 1_000_000)
    expect(await server.children(`${basePath}/large`)).toEqual([other])
    expect(await server.children(`${basePath}/large/${one}`)).toBeUndefined()
  })

  it('refuses a text that is too long for ZooKeeper, before anything is written', async () => {
    const store = await open()
    const input = 'x'.repeat(16_000_001)
    const commit = store.commit([
      { expect: 0, record: runRecord('good') },
      { expect: 0, record: runRecord('huge', { spec: { input } }) },
    ])
    await expect(commit).rejects.toMatchObject({ code: 'PAYLOAD_TOO_LARGE' })
    expect(await store.count({ kind: 'run' })).toBe(0)
  })

  it('applies a change that no request can hold', async () => {
    const store = await open()
    const other = await open()
    await insert(store, jobRecord('job'))
    const fire = (name: string, expected: number): Change => ({
      expect: expected,
      key: { kind: 'job', id: 'job' },
      patch: { due: NOW + expected },
      inserts: Array.from({ length: 100 }, (_, index) =>
        runRecord(`${name}@${index}`, { spec: { input: `${index}`.padEnd(30_000, 'x') } }),
      ),
    })
    expect(await commitOne(store, fire('job', 1))).toEqual({ applied: true, existing: [] })
    expect(await commitOne(other, fire('job', 1))).toMatchObject({ applied: false })
    expect(await other.count({ kind: 'run' })).toBe(100)
    expect((await other.get([{ kind: 'job', id: 'job' }]))[0]).toMatchObject({ version: 2, due: NOW + 1 })
    // Who comes too late leaves nothing.
    await other.count({ kind: 'job' })
    const both = await Promise.all([
      commitOne(other, { expect: 2, key: { kind: 'job', id: 'job' }, patch: { due: NOW } }),
      commitOne(store, fire('late', 2)),
    ])
    expect(both.map((result) => result?.applied)).toEqual([true, false])
    expect(await other.count({ kind: 'run' })).toBe(100)
  })

  it('follows others from segment to segment of the journal', async () => {
    const store = await open()
    const other = await open()
    const ids = Array.from({ length: 11 }, (_, index) => `run-${index}`)
    await insert(store, ...ids.map((id) => runRecord(id)))
    for (let version = 1; version <= 100; version += 1) await Promise.all(ids.map((id) => renew(store, id, version)))
    const seen = async () =>
      (await other.due({ lane: 'run', before: NOW * 2, limit: 99 })).map(({ version }) => version)
    expect(await seen()).toEqual(ids.map(() => 101))
    const server = await bench.server()
    // Two of the writer, which has filled one, and one of the reader.
    expect((await server.children(`${basePath}/journal`))?.length).toBe(3)
    // A segment that was removed because its writer was quiet for long is replaced.
    const paths = new Paths(basePath)
    expect((await sweepJournal(server, paths, Date.now(), () => false)).size).toBe(3)
    expect((await sweepJournal(server, paths, Date.now() + 600_000, () => false)).size).toBe(0)
    expect(await server.children(paths.journal)).toEqual([])
    expect(await renew(store, 'run-0', 101)).toMatchObject({ applied: true })
    expect((await seen()).sort()).toEqual([...ids.slice(1).map(() => 101), 102])
  })

  it('holds contents of finished runs on the server only, and reads them when they are asked for', async () => {
    const store = await open()
    await insert(
      store,
      ...Array.from({ length: 300 }, (_, index) =>
        finishedRun(`r${index}`, { at: NOW + index, spec: { input: index } }),
      ),
    )
    const page = await store.list({ kind: 'run', limit: 3 })
    expect(page.map(({ spec }) => spec.input)).toEqual([299, 298, 297])
  })
})
