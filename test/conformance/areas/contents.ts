/** What can be kept: every value of the serializer, any text, large inputs, many jobs. */

import { expect, it } from 'vitest'
import { commitOne, getRun, idsOf, insert, jobRecord, NOW, runRecord, type Suite } from '../fixtures.ts'

export function describeContents(suite: Suite): void {
  it('gives values back as they were given', async () => {
    const store = await suite.open()
    const input = {
      date: new Date(NOW),
      map: new Map([['key', new Set([1, 'two'])]]),
      bytes: new Uint8Array([0, 127, 255]),
      big: 2n ** 70n,
      none: undefined,
      numbers: [0, -0, 0.1, Number.NaN, Number.POSITIVE_INFINITY, Number.MAX_SAFE_INTEGER],
      $cw: ['date', 0],
      nested: [[[{ deep: null }]]],
    }
    await insert(store, runRecord('run', { spec: { input }, status: { output: input, finishedAt: NOW } }))
    const run = await getRun(store, 'run')
    expect(run?.spec.input).toEqual(input)
    expect(run?.status.output).toEqual(input)
  })

  it('keeps any text: emoji, quotes, line ends, every script', async () => {
    const store = await suite.open()
    const text = `⏰ 👩‍👩‍👧 "quoted" 'single' \\ ; -- DROP TABLE\n\r\t\u0000 ελληνικά 日本語 \u{10FFFF}`
    const id = '⏰ καθημερινή "αναφορά" 日本語'
    await store.commit([
      {
        expect: 0,
        record: jobRecord(id, { functionRef: 'λειτουργία', queue: 'ουρά 🚀', spec: { input: text, name: '日報 🚀' } }),
      },
      { expect: 0, record: runRecord(`${id}@1`, { jobId: id, queue: 'ουρά 🚀', spec: { input: text } }) },
    ])

    expect(await store.lookupJob(id)).toMatchObject({ id, name: '日報 🚀', input: text, functionRef: 'λειτουργία' })
    const query = { before: NOW, limit: 10 }
    expect(idsOf(await store.due({ ...query, lane: 'job', withoutFunctions: ['λειτουργία'] }))).toEqual([])
    expect(idsOf(await store.due({ ...query, lane: 'run', queues: ['ουρά 🚀'] }))).toEqual([`${id}@1`])
    expect(await store.due({ ...query, lane: 'run', withoutJobs: [id] })).toEqual([])
    expect(await store.count({ kind: 'run', jobId: id, queue: 'ουρά 🚀' })).toBe(1)
  })

  it('keeps an input of 1 MiB through a renewal', async () => {
    const store = await suite.open()
    const input = 'x'.repeat(2 ** 20)
    await insert(store, runRecord('large', { spec: { input } }))
    const change = { expect: 1, key: { kind: 'run', id: 'large' }, patch: { due: NOW + 1 } } as const
    expect((await commitOne(store, change))?.applied).toBe(true)
    expect((await getRun(store, 'large'))?.spec.input).toBe(input)
  })

  it('keeps the error and the progress of a run', async () => {
    const store = await suite.open()
    const error = { name: 'TypeError', message: 'no', code: 'E_NO', stack: 'TypeError: no\n    at x' }
    const progress = { done: 3, total: null, message: 'half way' }
    const run = runRecord('run', { status: { attempt: 2, crashes: 1, reason: 'why', error, progress, count: 7 } })
    await insert(store, run)
    expect(await getRun(store, 'run')).toEqual(run)
  })

  it('keeps 10,000 jobs and finds the due ones among them', async () => {
    const store = await suite.open()
    const records = Array.from({ length: 10_000 }, (_, index) => jobRecord(`job-${index}`, { due: NOW + index }))
    await insert(store, ...records)

    expect(await store.count({ kind: 'job' })).toBe(10_000)
    expect(idsOf(await store.getDueJobs(new Date(NOW + 2)))).toEqual(['job-0', 'job-1', 'job-2'])
    expect(await store.due({ lane: 'job', before: NOW + 20_000, limit: 500 })).toHaveLength(500)
    expect(await store.getAllJobs()).toHaveLength(10_000)
    expect(await store.removeJobs()).toBe(10_000)
  })
}
