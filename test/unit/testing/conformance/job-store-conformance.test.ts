/** The conformance tests pass for sound stores, and each defect of a broken one is found. */

import { describe, expect, it } from 'vitest'
import {
  ConflictingIdError,
  deserializeJob,
  type Job,
  JobLookupError,
  type JobStore,
  MemoryJobStore,
  serializeJob,
} from '../../../../src/index.ts'
import { type ConformanceTest, type JobStoreUnderTest, jobStoreConformance } from '../../../../src/testing.ts'

/** What outlives the stores: name of the data -> id -> text of the job. */
const disk = new Map<string, Map<string, string>>()

const timeOf = ({ nextRunTime }: Job): number => nextRunTime?.getTime() ?? Number.POSITIVE_INFINITY

/** A sound store; what breaks it overrides a method. */
class DiskStore implements JobStore {
  readonly persistent: boolean = true
  protected readonly texts: Map<string, string>

  constructor(name: string) {
    this.texts = disk.get(name) ?? new Map<string, string>()
    disk.set(name, this.texts)
  }

  start(): void {}
  shutdown(): void {}

  protected write(job: Job): void {
    this.texts.set(job.id, serializeJob(job))
  }

  lookupJob(id: string): Job | undefined | null {
    const text = this.texts.get(id)
    return text === undefined ? null : deserializeJob(text)
  }

  getDueJobs(now: Date): readonly Job[] {
    return this.getAllJobs().filter(({ nextRunTime }) => nextRunTime !== null && nextRunTime <= now)
  }

  getNextRunTime(): Date | null | undefined {
    return this.getAllJobs()[0]?.nextRunTime
  }

  getAllJobs(): readonly Job[] {
    return [...this.texts.values()].map(deserializeJob).sort((a, b) => timeOf(a) - timeOf(b))
  }

  addJob(job: Job): void {
    if (this.texts.has(job.id)) throw new ConflictingIdError(job.id)
    this.write(job)
  }

  updateJob(job: Job): void {
    if (!this.texts.has(job.id)) throw new JobLookupError(job.id)
    this.write(job)
  }

  removeJob(id: string): void {
    if (!this.texts.delete(id)) throw new JobLookupError(id)
  }

  removeAllJobs(): void {
    this.texts.clear()
  }
}

function testsOf(create: JobStoreUnderTest['create']): readonly ConformanceTest[] {
  return jobStoreConformance({ create, persistent: true, shared: true })
}

describe('a sound store', () => {
  const tests = testsOf(({ name }) => new DiskStore(name))

  for (const { area, name, run } of tests) it(`${area}: ${name}`, run)
})

/** What is broken -> a store that is, and one of the sentences that have to fail. */
const BROKEN: Readonly<Record<string, readonly [create: (name: string) => JobStore, sentence: string]>> = {
  'adds over a job with the same id': [
    (name) =>
      new (class extends DiskStore {
        override addJob(job: Job): void {
          this.write(job)
        }
      })(name),
    'refuses a second job with the same id and keeps the first',
  ],
  'adds a job where it should update one': [
    (name) =>
      new (class extends DiskStore {
        override updateJob(job: Job): void {
          this.write(job)
        }
      })(name),
    'refuses to update a job that does not exist',
  ],
  'is silent about a job that it cannot remove': [
    (name) =>
      new (class extends DiskStore {
        override removeJob(id: string): void {
          this.texts.delete(id)
        }
      })(name),
    'refuses to remove a job that does not exist',
  ],
  'updates no next run time': [
    (name) =>
      new (class extends DiskStore {
        override updateJob(job: Job): void {
          super.updateJob({ ...job, nextRunTime: this.lookupJob(job.id)?.nextRunTime ?? job.nextRunTime })
        }
      })(name),
    'moves a job when its next run time is updated',
  ],
  'gives due jobs in any order': [
    (name) =>
      new (class extends DiskStore {
        override getDueJobs(now: Date): readonly Job[] {
          return [...super.getDueJobs(now)].reverse()
        }
      })(name),
    'gives the jobs that are due, earliest first',
  ],
  'takes a paused job for due': [
    (name) =>
      new (class extends DiskStore {
        override getDueJobs(now: Date): readonly Job[] {
          return this.getAllJobs().filter(({ nextRunTime }) => nextRunTime === null || nextRunTime <= now)
        }
      })(name),
    'takes a job out of what is due when its next run time is cleared',
  ],
  'rounds next run times to seconds': [
    (name) =>
      new (class extends DiskStore {
        override addJob(job: Job): void {
          const seconds = Math.floor(timeOf(job) / 1_000)
          super.addJob({ ...job, nextRunTime: Number.isFinite(seconds) ? new Date(seconds * 1_000) : null })
        }
      })(name),
    'tells next run times within one second apart',
  ],
  'forgets the next run time of the earliest job': [
    (name) =>
      new (class extends DiskStore {
        override getNextRunTime(): Date | null | undefined {
          return this.getAllJobs()[1]?.nextRunTime
        }
      })(name),
    'knows the earliest next run time',
  ],
  'writes inputs as plain JSON': [
    (name) =>
      new (class extends DiskStore {
        override addJob(job: Job): void {
          super.addJob({ ...job, input: JSON.parse(JSON.stringify(job.input ?? null, big) ?? 'null') })
        }
      })(name),
    'gives the input of a job back as it was given',
  ],
  'takes ids for the same that differ in case': [
    (name) =>
      new (class extends DiskStore {
        override lookupJob(id: string): Job | undefined {
          return this.getAllJobs().find((job) => job.id.toLowerCase() === id.toLowerCase())
        }
        override addJob(job: Job): void {
          if (this.lookupJob(job.id) !== undefined) throw new ConflictingIdError(job.id)
          super.addJob(job)
        }
      })(name),
    'tells ids apart that differ in case or accents only',
  ],
  'gives a page and leaves out the rest': [
    (name) =>
      new (class extends DiskStore {
        override getAllJobs(): readonly Job[] {
          return super.getAllJobs().slice(0, 100)
        }
      })(name),
    'keeps 200 jobs and finds the due ones among them',
  ],
  'forgets everything when it is closed': [
    (name) =>
      new (class extends DiskStore {
        override shutdown(): void {
          this.removeAllJobs()
        }
      })(name),
    'has everything again after it was closed and opened by another',
  ],
  'reads everything only once': [
    (name) =>
      new (class extends DiskStore {
        protected override readonly texts = new Map(disk.get(name))
      })(name),
    'shows the jobs of one store to another on the same data',
  ],
  'has one place for all data': [
    () => new DiskStore('everything'),
    'keeps the data of stores with different names apart',
  ],
  'does not say that it outlives the process': [
    (name) =>
      new (class extends DiskStore {
        override readonly persistent = false
      })(name),
    'says that its jobs outlive it, so that their functions need names',
  ],
  'cannot be shut down twice': [
    (name) =>
      new (class extends DiskStore {
        #isOpen = false
        override start(): void {
          this.#isOpen = true
        }
        override shutdown(): void {
          if (!this.#isOpen) throw new Error('not open')
          this.#isOpen = false
        }
      })(name),
    'takes a second shutdown without harm',
  ],
}

function big(_key: string, value: unknown): unknown {
  return typeof value === 'bigint' ? String(value) : value
}

describe('a store that is broken', () => {
  it.each(Object.entries(BROKEN))('is found out: it %s', async (_name, [create, sentence]) => {
    const test = testsOf(({ name }) => create(name)).find(({ name }) => name === sentence)
    await expect(test?.run()).rejects.toThrow()
  })
})

describe('the list of tests', () => {
  it('leaves out only what the store cannot do', () => {
    const namesOf = (capabilities: object): string[] =>
      jobStoreConformance({ create: () => new MemoryJobStore(), ...capabilities }).map(({ name }) => name)
    const all = namesOf({ persistent: true, shared: true })
    expect(all.filter((name) => !namesOf({ shared: true }).includes(name))).toEqual([
      'says that its jobs outlive it, so that their functions need names',
      'has everything again after it was closed and opened by another',
      'has its jobs go on after a restart, where they were, and what was missed caught up once',
    ])
    expect(all.filter((name) => !namesOf({ persistent: true }).includes(name))).toEqual([
      'shows the jobs of one store to another on the same data',
    ])
  })

  it('has each sentence once, and functions that no runner takes for ones with a callback', () => {
    const tests = testsOf(({ name }) => new DiskStore(name))
    expect(new Set(tests.map(({ name }) => name)).size).toBe(tests.length)
    expect(tests.filter(({ run }) => run.length > 0)).toEqual([])
  })
})
