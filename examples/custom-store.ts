/**
 * A job store of your own: ten methods. This one keeps jobs in a JSON file, which is written anew at each change and
 * put in place by a rename, so that a crash leaves the old file or the new one.
 *
 * Run it with `npx tsx examples/custom-store.ts`.
 */

import { mkdtemp, readFile, rename, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import {
  ConflictingIdError,
  deserializeJob,
  interval,
  type Job,
  JobLookupError,
  type JobStore,
  Scheduler,
  type StoreHost,
  serializeJob,
} from 'cronwright'

class JsonFileStore implements JobStore {
  /** Jobs outlive the process: the scheduler then wants functions with registered names. */
  readonly persistent = true
  readonly #path: string
  #jobs: ReadonlyMap<string, Job> = new Map()
  #alias = ''

  constructor(path: string) {
    this.#path = path
  }

  async start(_scheduler: StoreHost, alias: string): Promise<void> {
    this.#alias = alias
    this.#jobs = new Map((await this.#read()).map((job) => [job.id, job]))
  }

  shutdown(): void {}

  lookupJob(id: string): Job | undefined {
    return this.#jobs.get(id)
  }

  getDueJobs(now: Date): Job[] {
    return this.getAllJobs().filter(({ nextRunTime }) => nextRunTime !== null && nextRunTime <= now)
  }

  getNextRunTime(): Date | null {
    return this.getAllJobs()[0]?.nextRunTime ?? null
  }

  getAllJobs(): Job[] {
    return [...this.#jobs.values()].sort((a, b) => timeOf(a) - timeOf(b))
  }

  async addJob(job: Job): Promise<void> {
    if (this.#jobs.has(job.id)) throw new ConflictingIdError(job.id, this.#alias)
    await this.#write(new Map(this.#jobs).set(job.id, job))
  }

  async updateJob(job: Job): Promise<void> {
    if (!this.#jobs.has(job.id)) throw new JobLookupError(job.id, this.#alias)
    await this.#write(new Map(this.#jobs).set(job.id, job))
  }

  async removeJob(id: string): Promise<void> {
    const rest = new Map(this.#jobs)
    if (!rest.delete(id)) throw new JobLookupError(id, this.#alias)
    await this.#write(rest)
  }

  async removeAllJobs(): Promise<void> {
    await this.#write(new Map())
  }

  async #read(): Promise<Job[]> {
    const text = await readFile(this.#path, 'utf8').catch((error: NodeJS.ErrnoException) => {
      if (error.code === 'ENOENT') return '[]'
      throw error
    })
    const jobs: unknown[] = JSON.parse(text)
    return jobs.map((job) => deserializeJob(JSON.stringify(job)))
  }

  /** The file first: what could not be written is not taken for true. */
  async #write(jobs: ReadonlyMap<string, Job>): Promise<void> {
    const texts = [...jobs.values()].map(serializeJob)
    const fresh = `${this.#path}.new`
    await writeFile(fresh, `[\n${texts.join(',\n')}\n]\n`)
    await rename(fresh, this.#path)
    this.#jobs = jobs
  }
}

/** Jobs without a next run time come last. */
function timeOf(job: Job): number {
  return job.nextRunTime?.getTime() ?? Number.POSITIVE_INFINITY
}

/** A scheduler on the file, as a process makes it at its start. */
function schedulerOn(path: string): Scheduler {
  const scheduler = new Scheduler({ jobStores: { default: new JsonFileStore(path) } })
  scheduler.register('greet', (input: { name: string }, run) => {
    console.log(`${run.dueAt.toISOString()} hello, ${input.name}`)
  })
  return scheduler
}

const folder = await mkdtemp(join(tmpdir(), 'cronwright-example-'))
const path = join(folder, 'jobs.json')
try {
  console.log(`jobs are kept in ${path}`)
  const first = schedulerOn(path)
  await first.addJob('greet', interval('1s'), { id: 'greeting', input: { name: 'Ada' } })
  await first.start()
  await new Promise((resolve) => setTimeout(resolve, 3_200))
  await first.shutdown()

  console.log('restarted: the job comes from the file')
  const second = schedulerOn(path)
  const ran = new Promise((resolve) => second.once('run:completed', resolve))
  await second.start()
  await ran
  await second.shutdown()
  console.log('done')
} finally {
  await rm(folder, { recursive: true })
}
