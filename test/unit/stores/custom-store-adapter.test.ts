import { beforeEach, describe, expect, test } from 'vitest'
import type { CronwrightError } from '../../../src/errors.ts'
import { ConflictingIdError, JobLookupError } from '../../../src/errors.ts'
import type { Job } from '../../../src/jobs/job.ts'
import { DEFAULT_POLICY } from '../../../src/jobs/policy.ts'
import type { Change, JobRecord, RunRecord } from '../../../src/jobs/record.ts'
import { newRun } from '../../../src/jobs/transitions.ts'
import { CustomStoreAdapter, isJobStore } from '../../../src/stores/custom-store-adapter.ts'
import type { JobStore, StoreHost } from '../../../src/stores/job-store.ts'
import { interval } from '../../../src/triggers/index.ts'

/** Ten methods on a list; `broken` makes a method fail, `gives` makes it give something else. */
class ListStore implements JobStore {
  jobs: Job[] = []
  readonly calls: string[] = []
  broken: Partial<Record<keyof JobStore, Error>> = {}
  gives: Partial<Record<keyof JobStore, unknown>> = {}
  /** Whether a method runs while another has not come to its end. */
  wasInterleaved = false
  #running = 0

  async #do<T>(method: keyof JobStore, work: () => T): Promise<T> {
    this.calls.push(method)
    this.wasInterleaved ||= this.#running > 0
    this.#running += 1
    await Promise.resolve()
    this.#running -= 1
    if (this.broken[method] !== undefined) throw this.broken[method]
    return method in this.gives ? (this.gives[method] as T) : work()
  }

  #indexOf(id: string): number {
    const index = this.jobs.findIndex((job) => job.id === id)
    if (index < 0) throw new JobLookupError(id)
    return index
  }

  start(): Promise<void> {
    return this.#do('start', () => undefined)
  }
  shutdown(): Promise<void> {
    return this.#do('shutdown', () => undefined)
  }
  lookupJob(id: string): Promise<Job | undefined> {
    return this.#do('lookupJob', () => this.jobs.find((job) => job.id === id))
  }
  getDueJobs(now: Date): Promise<Job[]> {
    return this.#do('getDueJobs', () => this.jobs.filter((job) => job.nextRunTime !== null && job.nextRunTime <= now))
  }
  getNextRunTime(): Promise<Date | null> {
    return this.#do('getNextRunTime', () => {
      const times = this.jobs.flatMap((job) => (job.nextRunTime === null ? [] : [job.nextRunTime.getTime()]))
      return times.length === 0 ? null : new Date(Math.min(...times))
    })
  }
  getAllJobs(): Promise<Job[]> {
    return this.#do('getAllJobs', () => [...this.jobs])
  }
  addJob(job: Job): Promise<void> {
    return this.#do('addJob', () => void this.jobs.push(job))
  }
  updateJob(job: Job): Promise<void> {
    return this.#do('updateJob', () => void this.jobs.splice(this.#indexOf(job.id), 1, job))
  }
  removeJob(id: string): Promise<void> {
    return this.#do('removeJob', () => void this.jobs.splice(this.#indexOf(id), 1))
  }
  removeAllJobs(): Promise<void> {
    return this.#do('removeAllJobs', () => {
      this.jobs = []
    })
  }
}

let store: ListStore
let adapter: CustomStoreAdapter
let reported: CronwrightError[]

beforeEach(async () => {
  store = new ListStore()
  adapter = new CustomStoreAdapter(store)
  reported = []
  await adapter.start(host(), 'mine')
})

function host(): StoreHost {
  return { workerId: 'w', now: () => 0, wakeup: () => undefined, reportError: (error) => void reported.push(error) }
}

function jobRecord(id: string, due: number | null = 1_000): JobRecord {
  return {
    kind: 'job',
    id,
    version: 1,
    lane: 'job',
    due,
    state: due === null ? 'idle' : 'waiting',
    at: 500,
    jobId: null,
    functionRef: `function of ${id}`,
    queue: 'default',
    priority: 0,
    spec: {
      name: id,
      trigger: interval('1s', { startDate: 0 }),
      input: { id },
      executor: 'default',
      policy: DEFAULT_POLICY,
      tags: [],
      metadata: {},
      override: null,
    },
    status: null,
  }
}

function runOf(job: JobRecord, at = 1_000): RunRecord {
  return newRun(job, { id: `${job.id}@${at}`, origin: 'schedule', at })
}

async function add(...records: JobRecord[]): Promise<void> {
  const results = await adapter.commit(records.map((record) => ({ expect: 0, record })))
  expect(results.every(({ applied }) => applied)).toBe(true)
}

async function get(id: string): Promise<JobRecord | undefined> {
  const [record] = await adapter.get([{ kind: 'job', id }])
  return record
}

async function commit(change: Change): Promise<boolean> {
  const [result] = await adapter.commit([change])
  return result?.applied === true
}

describe('isJobStore', () => {
  test('accepts ten methods, its own or inherited', () => {
    expect(isJobStore(store)).toBe(true)
  })

  test.each([['memory:'], [undefined], [null], [{ type: 'memory' }]])('says no to %j, which has none', (value) => {
    expect(isJobStore(value)).toBe(false)
  })

  test('names the methods that are missing', () => {
    const { addJob, removeJob, ...rest } = Object.fromEntries(
      ['start', 'shutdown', 'lookupJob', 'getDueJobs', 'getNextRunTime', 'getAllJobs', 'addJob', 'updateJob']
        .concat(['removeJob', 'removeAllJobs'])
        .map((name) => [name, () => undefined]),
    )
    expect([addJob, removeJob]).not.toContain(undefined)
    expect(() => isJobStore(rest)).toThrow(/missing: addJob, removeJob/)
  })
})

describe('capabilities', () => {
  test('a custom store is shared, and persistent only if it says so', () => {
    expect(adapter.capabilities).toEqual({ persistent: false, shared: true })
    const persistent = new CustomStoreAdapter(Object.assign(new ListStore(), { persistent: true }))
    expect(persistent.capabilities.persistent).toBe(true)
  })
})

describe('jobs', () => {
  test('are kept in the custom store as people see them, and read back as the same record', async () => {
    const record = jobRecord('a')
    await add(record)
    expect(store.jobs).toMatchObject([{ id: 'a', nextRunTime: new Date(1_000), store: 'mine', input: { id: 'a' } }])
    expect(await get('a')).toEqual(record)
  })

  test('an id that is taken is refused, also by a store that would not refuse by itself', async () => {
    await add(jobRecord('a'))
    expect(await commit({ expect: 0, record: jobRecord('a', 9_000) })).toBe(false)
    expect(store.jobs).toHaveLength(1)
    await expect(adapter.addJob(store.jobs[0] as Job)).rejects.toBeInstanceOf(ConflictingIdError)
  })

  test('a store that finds the id taken only when it adds is refused as well', async () => {
    store.broken.addJob = new ConflictingIdError('a')
    expect(await commit({ expect: 0, record: jobRecord('a') })).toBe(false)
  })

  test('a change needs the version that was read, and raises it', async () => {
    await add(jobRecord('a'))
    const key = { kind: 'job', id: 'a' } as const
    expect(await commit({ expect: 1, key, patch: { due: 2_000 } })).toBe(true)
    expect(await get('a')).toMatchObject({ version: 2, due: 2_000 })
    expect(await commit({ expect: 1, key, patch: { due: 3_000 } })).toBe(false)
    expect(store.jobs[0]?.nextRunTime).toEqual(new Date(2_000))
  })

  test('of two changes at once under one version exactly one is applied', async () => {
    await add(jobRecord('a'))
    const change = (due: number): Change => ({ expect: 1, key: { kind: 'job', id: 'a' }, patch: { due } })
    const applied = await Promise.all([commit(change(2_000)), commit(change(3_000)), get('a')])
    expect(applied.slice(0, 2)).toEqual([true, false])
    expect(store.jobs[0]?.nextRunTime).toEqual(new Date(2_000))
    expect(store.wasInterleaved).toBe(false)
  })

  test('what was changed elsewhere is kept by a change of something else', async () => {
    await add(jobRecord('a'))
    store.jobs = store.jobs.map((job) => ({ ...job, name: 'renamed elsewhere' }))
    expect(await commit({ expect: 1, key: { kind: 'job', id: 'a' }, patch: { due: 2_000 } })).toBe(true)
    expect(store.jobs[0]).toMatchObject({ name: 'renamed elsewhere', nextRunTime: new Date(2_000) })
  })

  test('a failed update leaves open what was written, so what was read before is refused', async () => {
    await add(jobRecord('a'))
    const key = { kind: 'job', id: 'a' } as const
    store.broken.updateJob = new Error('connection reset')
    await expect(commit({ expect: 1, key, patch: { due: 2_000 } })).rejects.toMatchObject({ code: 'STORE_ERROR' })
    store.broken = {}
    expect(await commit({ expect: 1, key, patch: { due: 2_000 } })).toBe(false)
    expect(await get('a')).toMatchObject({ version: 2 })
  })

  test('the ten methods of the adapter itself work on the custom store', async () => {
    await add(jobRecord('late', 3_000), jobRecord('idle', null), jobRecord('soon', 1_000))
    expect((await adapter.getAllJobs()).map(({ id }) => id)).toEqual(['soon', 'late', 'idle'])
    expect((await adapter.getDueJobs(new Date(2_000))).map(({ id }) => id)).toEqual(['soon'])
    expect(await adapter.getNextRunTime()).toEqual(new Date(1_000))
    const soon = await adapter.lookupJob('soon')
    await adapter.updateJob({ ...(soon as Job), priority: 7 })
    expect(await adapter.lookupJob('soon')).toMatchObject({ priority: 7 })
    await adapter.removeJob('soon')
    await expect(adapter.removeJob('soon')).rejects.toBeInstanceOf(JobLookupError)
    await adapter.removeAllJobs()
    expect(store.jobs).toEqual([])
  })

  test('lists come newest first, by page, and filtered', async () => {
    await add({ ...jobRecord('a'), at: 1 }, { ...jobRecord('b'), at: 2 }, { ...jobRecord('c'), at: 2 })
    const ids = async (query: object) => (await adapter.list({ kind: 'job', limit: 10, ...query })).map(({ id }) => id)
    expect(await ids({})).toEqual(['c', 'b', 'a'])
    expect(await ids({ limit: 1, before: { at: 2, id: 'c' } })).toEqual(['b'])
    expect(await ids({ before: { at: 2 } })).toEqual(['a'])
    expect(await ids({ states: ['paused'] })).toEqual([])
    expect(await ids({ queue: 'other' })).toEqual([])
    expect(await adapter.count({ kind: 'job', states: ['waiting'] })).toBe(3)
  })

  test('due jobs come earliest first, without those that this process leaves out', async () => {
    await add(jobRecord('b', 900), jobRecord('a', 1_000), jobRecord('c', 1_001))
    const due = async (query: object) =>
      (await adapter.due({ lane: 'job', before: 1_000, limit: 10, ...query })).map(({ id }) => id)
    expect(await due({})).toEqual(['b', 'a'])
    expect(await due({ limit: 1 })).toEqual(['b'])
    expect(await due({ withoutFunctions: ['function of b'] })).toEqual(['a'])
    expect(await due({ withoutJobs: ['a'] })).toEqual(['b'])
    expect(await adapter.nextDue([{ lane: 'job' }])).toEqual([900])
    expect(await adapter.nextDue([{ lane: 'job', withoutFunctions: ['function of b'] }])).toEqual([1_000])
  })
})

describe('runs', () => {
  test('live beside the custom store', async () => {
    const job = jobRecord('a')
    await add(job)
    expect(await commit({ expect: 0, record: runOf(job) })).toBe(true)
    expect(await adapter.countActive(['a'])).toEqual(new Map([['a', 1]]))
    expect(await adapter.due({ lane: 'run', before: 1_000, limit: 1 })).toHaveLength(1)
    expect(await adapter.list({ kind: 'run', limit: 5 })).toHaveLength(1)
    expect(store.jobs).toHaveLength(1)
  })

  test('are added with the change of their job, or not at all', async () => {
    const job = jobRecord('a')
    await add(job)
    const key = { kind: 'job', id: 'a' } as const
    const inserts = [runOf(job)]
    expect(await adapter.commit([{ expect: 1, key, patch: { due: 2_000 }, inserts }])).toEqual([
      { applied: true, existing: [] },
    ])
    expect(await adapter.commit([{ expect: 2, key, patch: { due: 3_000 }, inserts }])).toEqual([
      { applied: true, existing: ['a@1000'] },
    ])
    expect(await commit({ expect: 2, key, patch: { due: 4_000 }, inserts: [runOf(job, 2_000)] })).toBe(false)
    expect(await adapter.get([{ kind: 'run', id: 'a@2000' }])).toEqual([undefined])
  })

  test('go again when their job was removed elsewhere in the same moment', async () => {
    const job = jobRecord('a')
    await add(job)
    store.broken.updateJob = new JobLookupError('a')
    const inserts = [runOf(job)]
    expect(await commit({ expect: 1, key: { kind: 'job', id: 'a' }, patch: { due: 2_000 }, inserts })).toBe(false)
    expect(await adapter.list({ kind: 'run', limit: 5 })).toEqual([])
  })

  test('are there before their job is changed, so that a failure of the store loses no fire time', async () => {
    const job = jobRecord('a')
    await add(job)
    store.broken.updateJob = new Error('disk full')
    const inserts = [runOf(job)]
    const change: Change = { expect: 1, key: { kind: 'job', id: 'a' }, patch: { due: 2_000 }, inserts }
    await expect(commit(change)).rejects.toMatchObject({ code: 'STORE_ERROR' })
    expect(await adapter.get([{ kind: 'run', id: 'a@1000' }])).toMatchObject([{ state: 'pending' }])
  })
})

describe('what comes back is not believed', () => {
  const nonsense: [string, (job: Job) => unknown][] = [
    ['an id that is no text', (job) => ({ ...job, id: 7 })],
    ['a trigger that is plain JSON', (job) => ({ ...job, trigger: job.trigger.toJSON() })],
    ['a next run time that is text', (job) => ({ ...job, nextRunTime: '2026-01-01T00:00:00Z' })],
    ['an invalid next run time', (job) => ({ ...job, nextRunTime: new Date(Number.NaN) })],
    ['a missing policy', ({ maxInstances: _, ...job }) => job],
    ['no object', () => 'a'],
    ['nothing', () => null],
  ]

  test.each(nonsense)('%s: the job is reported once and left alone, others go on', async (_name, spoil) => {
    await add(jobRecord('bad'), jobRecord('good'))
    store.jobs = store.jobs.map((job) => (job.id === 'bad' ? (spoil(job) as Job) : job))
    for (let time = 0; time < 3; time += 1) {
      expect((await adapter.getAllJobs()).map(({ id }) => id)).toEqual(['good'])
    }
    expect(reported).toHaveLength(1)
    expect(reported[0]).toMatchObject({ code: 'DESERIALIZATION', details: { kind: 'job', store: 'mine' } })
    expect(store.jobs).toHaveLength(2)
  })

  test('a job that cannot be read does not make the store due for ever', async () => {
    await add(jobRecord('bad', 1), jobRecord('good', 1_000))
    store.jobs = store.jobs.map((job) => (job.id === 'bad' ? { ...job, name: '' } : job))
    await adapter.due({ lane: 'job', before: 5_000, limit: 10 })
    expect(await adapter.nextDue([{ lane: 'job' }])).toEqual([1_000])
  })

  test('a job that was repaired is read again', async () => {
    await add(jobRecord('a'))
    const [whole] = store.jobs
    store.jobs = [{ ...(whole as Job), name: '' }]
    expect(await get('a')).toBeUndefined()
    store.jobs = [whole as Job]
    expect(await get('a')).toMatchObject({ id: 'a' })
  })

  test.each([
    ['getDueJobs', undefined, () => adapter.due({ lane: 'job', before: 1, limit: 1 })],
    ['getAllJobs', {}, () => adapter.getAllJobs()],
    ['getNextRunTime', 5, () => adapter.getNextRunTime()],
    ['getNextRunTime', new Date(Number.NaN), () => adapter.getNextRunTime()],
  ] as const)('%s giving %s is an error of the store', async (method, value, call) => {
    store.gives = { [method]: value }
    await expect(call()).rejects.toMatchObject({ code: 'STORE_ERROR', message: expect.stringContaining(method) })
  })

  test('a look-up that gives another job is an error of the store', async () => {
    await add(jobRecord('b'))
    store.gives = { lookupJob: store.jobs[0] }
    await expect(get('a')).rejects.toMatchObject({ code: 'STORE_ERROR', message: expect.stringContaining('"b"') })
  })

  test('a method that throws is a STORE_ERROR with the cause', async () => {
    const cause = new Error('no route to host')
    store.broken.getDueJobs = cause
    await expect(adapter.due({ lane: 'job', before: 1, limit: 1 })).rejects.toMatchObject({
      code: 'STORE_ERROR',
      message: 'getDueJobs() of the job store "mine" failed',
      cause,
    })
  })
})

describe('life cycle', () => {
  test('a closed store says so', async () => {
    await adapter.shutdown()
    expect(store.calls.at(-1)).toBe('shutdown')
    await expect(get('a')).rejects.toMatchObject({ code: 'STORE_CLOSED' })
    await expect(adapter.list({ kind: 'run', limit: 1 })).rejects.toMatchObject({ code: 'STORE_CLOSED' })
  })

  test('a store that does not start is not open', async () => {
    const other = new ListStore()
    other.broken.start = new Error('refused')
    const closed = new CustomStoreAdapter(other)
    await expect(closed.start(host(), 'x')).rejects.toMatchObject({ code: 'STORE_ERROR' })
    other.broken = {}
    await closed.start(host(), 'x')
    expect(await closed.getAllJobs()).toEqual([])
  })
})
