/** Jobs and runs on a journey through all stores, by copies from one to the next, and back home. */

import { createHash } from 'node:crypto'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, describe, expect, it, onTestFinished } from 'vitest'
import {
  calendarInterval,
  copyStore,
  cron,
  date,
  interval,
  or,
  type RunContext,
  Scheduler,
} from '../../../../src/index.ts'
import { encodeSpec, encodeStatus } from '../../../../src/jobs/encoding.ts'
import type { RecordKind, StoreRecord } from '../../../../src/jobs/record.ts'
import { jsonSerializer } from '../../../../src/jobs/serializer.ts'
import { storeFrom } from '../../../../src/stores/factory.ts'
import type { RecordJobStore } from '../../../../src/stores/record-job-store.ts'
import { jobRecord, runRecord } from '../../../../src/testing/conformance/records.ts'
import { PLACES } from './places.ts'

const HOST = { workerId: 'test', now: Date.now, wakeup: () => undefined, reportError: () => undefined }
const JOURNEY = ['sqlite', 'postgres', 'mysql', 'redis', 'mongodb', 'etcd', 'zookeeper']
const ALL = 1_000_000
const MANY = 600

const directory = mkdtempSync(join(tmpdir(), 'cronwright-ring-'))
const start = `sqlite:${join(directory, 'start.db')}`

afterAll(() => rmSync(directory, { recursive: true, force: true }))

async function within<T>(store: RecordJobStore, work: (store: RecordJobStore) => Promise<T>): Promise<T> {
  await store.start(HOST, 'looked-at')
  try {
    return await work(store)
  } finally {
    await store.shutdown()
  }
}

/** A record as text, so that one look compares all of it; what is long as its hash. */
function textOf({ spec, status, ...header }: StoreRecord): string {
  const contents = [encodeSpec(header.kind, spec, jsonSerializer), encodeStatus(status, jsonSerializer)]
  const text = JSON.stringify([Object.entries(header).sort(), ...contents])
  return text.length < 2_000 ? text : `${header.id} ${createHash('sha256').update(text).digest('hex')}`
}

/** Everything that comes along: by kind the records, and the runs in the order in which they would be served. */
function everythingIn(url: string): Promise<Record<string, readonly string[]>> {
  return within(storeFrom(url, 'url'), async (store) => {
    const states = ['pending', 'running', 'dead', 'unknown']
    const list = (kind: RecordKind) => store.list({ kind, limit: ALL, states: kind === 'run' ? states : undefined })
    const runs = await list('run')
    const logs = await store.get(runs.map(({ id }) => ({ kind: 'log', id }) as const))
    const served = await store.due({ lane: 'run', before: Number.MAX_SAFE_INTEGER, limit: ALL, queues: ['default'] })
    return {
      jobs: (await list('job')).map(textOf),
      runs: runs.map(textOf),
      keys: (await list('key')).map(textOf),
      queues: (await list('queue')).map(textOf),
      logs: logs.filter((log) => log !== undefined).map(textOf),
      served: served.map(({ id }) => id),
    }
  })
}

/** A scheduler that knows the functions of the jobs. */
function scheduler(url: string): Scheduler {
  const made = new Scheduler({ jobStores: { default: url }, queues: ['default', 'slow'] })
  onTestFinished(() => made.shutdown({ timeout: 0 }))
  register(made)
  return made
}

function register(made: Scheduler): void {
  made.register('work', () => 'done')
  made.register('flaky', async (_input, run: RunContext) => {
    run.log.warn({ attempt: run.attempt }, 'not yet')
    run.count('rows', 5)
    await run.checkpoint({ line: 7, at: new Date(5) })
    throw new Error('not yet')
  })
}

/** A life before the journey: jobs of every kind, and runs in every state that comes along. */
async function live(): Promise<void> {
  const made = new Scheduler({ jobStores: { default: start } })
  register(made)
  await made.start()
  const input = { deep: new Map([['a', 2n ** 70n]]), when: new Date(7), text: 'Ω\n"', none: undefined }
  await made.addJob('work', cron('0 9 * * 1-5', { jitter: '5m' }), {
    id: 'cron',
    input,
    tags: ['x'],
    metadata: { a: 1 },
  })
  await made.addJob('work', or(interval('5h'), date(Date.now() + 86_400_000)), { id: 'or', maxRuns: 9 })
  await made.addJob('work', calendarInterval({ months: 1 }), { id: 'paused', paused: true, priority: 4 })
  await made.addJob('work', cron('@never'), { id: 'never', onCrash: 'unknown', timeout: '5m' })
  await made.modifyJob('cron', { retry: { attempts: 4, delay: '1m' }, queue: 'low' })
  await made.runJob('never').then((run) => made.waitForRun(run))
  const retry = { attempts: 2, delay: '2h' }
  const retrying = await made.enqueue('flaky', input, { retry })
  const dead = await made.enqueue('flaky', null, { retry: { attempts: 2, delay: 1 } })
  await expect.poll(async () => (await made.getRun(dead.id))?.state).toBe('dead')
  await expect.poll(async () => (await made.getRun(retrying.id))?.phase).toBe('retrying')
  await made.enqueue('work', input, { unique: { key: 'order 7', within: '1h' }, delay: '1d' })
  await made.enqueueMany(
    'work',
    Array.from({ length: MANY }, (_, index) => ({ index })),
    { delay: '1h' },
  )
  await made.queue('slow').pause()
  await made.enqueue('work', 'x'.repeat(300_000), { queue: 'slow', priority: -5 })
  await made.shutdown()
  await within(storeFrom(start, 'url'), (store) =>
    store.commit([
      { expect: 0, record: runRecord('cron@5', { state: 'running', version: 3, status: { attempt: 1, fence: 3 } }) },
      { expect: 0, record: jobRecord('ünïcode/äther job', { version: 2 ** 30, due: null, state: 'idle' }) },
    ]),
  )
}

describe('a journey through all stores', () => {
  let before: Record<string, readonly string[]> = {}
  let place = start

  it('begins in a file', { timeout: 30_000 }, async () => {
    await live()
    before = await everythingIn(start)
    expect(before['served']).toHaveLength(MANY + 3)
  })

  it.each([...JOURNEY, 'sqlite'])('brings everything to %s as it was', { timeout: 60_000 }, async (store) => {
    const next = PLACES[store]?.(`ring${place === start ? '1' : '2'}`, directory) ?? ''
    const copied = { jobs: 5, pendingRuns: MANY + 3, waitingRuns: 1, lostRuns: 1, uniqueKeys: 1, pausedQueues: 1 }
    expect(await copyStore(place, next, { dryRun: true })).toMatchObject({ copied })
    expect(await copyStore(place, next)).toMatchObject({ copied, unreadable: [] })
    expect(await everythingIn(next)).toEqual(before)
    expect(await copyStore(place, next)).toMatchObject({ copied: { jobs: 0, pendingRuns: 0 }, present: copied })
    place = next
  })

  it('is refused by each where something else has an id, and nothing is written', { timeout: 60_000 }, async () => {
    for (const store of JOURNEY) {
      const url = PLACES[store]?.('taken', directory) ?? ''
      await within(storeFrom(url, 'url'), (open) =>
        open.commit([{ expect: 0, record: runRecord('cron@5', { queue: 'theirs' }) }]),
      )
      await expect(copyStore(start, url)).rejects.toMatchObject({
        code: 'CONFLICTING_ID',
        details: { ids: ['cron@5'] },
      })
      expect(await within(storeFrom(url, 'url'), (open) => open.count({ kind: 'job' }))).toBe(0)
    }
  })

  it('ends in a store that works', { timeout: 30_000 }, async () => {
    const home = scheduler(place)
    await home.start()
    expect(await home.queue('slow').isPaused()).toBe(true)
    const [letter] = await home.deadLetters.list()
    expect(letter).toMatchObject({ state: 'dead', attempt: 2, error: { message: 'not yet' } })
    const again = await home.enqueue('work', null, { unique: { key: 'order 7' } })
    expect(again.state).toBe('pending')
    expect(again.input).toMatchObject({ deep: new Map([['a', 2n ** 70n]]) })
    await home.queue('slow').resume()
    await expect
      .poll(async () => (await home.getRuns({ queue: 'slow' }))[0]?.state, { timeout: 10_000 })
      .toBe('completed')
    expect(await home.waitForRun(await home.runJob('never'))).toBe('done')
  })
})
