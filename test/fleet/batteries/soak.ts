/**
 * One process, that of a user: jobs that fire, runs that are enqueued, logs, progress, checkpoints, failures and retries,
 * for a long time. What it holds must stay the same.
 */

import { setTimeout as sleep } from 'node:timers/promises'
import { interval, type RunContext, Scheduler } from '../../../dist/index.js'
import { isGrowing, laterHalf, type Sample, slopePerMinute } from '../soak/trend.ts'
import { type VitalSigns, vitalSigns } from '../soak/vital-signs.ts'

export interface SoakOptions {
  readonly url: string
  readonly seconds: number
}

export interface Soak {
  /** Handlers that were called, and runs that ended well. */
  readonly started: number
  readonly completed: number
  /** Runs that came to another end than planned. */
  readonly failed: number
  readonly heapMb: number
  readonly rssMb: number
  /** Of the heap after a collection, over the later half; MB a minute. */
  readonly heapSlope: number
  readonly rssSlope: number
  readonly handles: number
  readonly descriptors: number
  readonly handlesGrow: boolean
  readonly errors: readonly string[]
}

const JOBS = 50
const RUNS_A_SECOND = 50
const ENQUEUE_EVERY_MS = 100
const LONGEST_SAMPLE_MS = 10_000
const SAMPLES = 30
/** So few that all of them are there long before the later half begins. */
const HISTORY = { keep: 5, maxAge: '5s', logs: '5s' } as const

export async function soak({ url, seconds }: SoakOptions): Promise<Soak> {
  const errors: string[] = []
  const counts = { started: 0, completed: 0, failed: 0 }
  const scheduler = new Scheduler({ timezone: 'UTC', jobStores: { default: url } })
  scheduler.on('store:error', ({ error }) => void errors.push(String(error)))
  scheduler.on('run:completed', () => {
    counts.completed += 1
  })
  scheduler.on('run:failed', () => {
    counts.failed += 1
  })
  const options = { history: HISTORY, retry: { attempts: 3, delay: 200, factor: 1 } }
  const work = scheduler.register(
    'work',
    async (_input: object, run: RunContext) => {
      counts.started += 1
      await workOn(run, counts.started)
    },
    options,
  )
  const from = Date.now()
  const jobs = Array.from({ length: JOBS }, (_, index) => {
    const startDate = new Date(from + index * (1_000 / JOBS))
    return { fn: work, trigger: interval({ seconds: 1 }, { startDate }), options: { id: `job-${index}`, input: {} } }
  })
  await scheduler.addJobs(jobs)
  await scheduler.start()
  const inputs = Array.from({ length: (RUNS_A_SECOND * ENQUEUE_EVERY_MS) / 1_000 }, (_, index) => ({ index }))
  const timer = setInterval(() => {
    scheduler.enqueueMany(work, inputs).catch((error: unknown) => void errors.push(String(error)))
  }, ENQUEUE_EVERY_MS)
  const samples = await sampled(seconds)
  clearInterval(timer)
  await scheduler.shutdown({ timeout: 5_000 })
  return { ...counts, ...trendsOf(samples), errors }
}

/** Every second run checkpoints, and one in ten fails at first. */
async function workOn(run: RunContext, number: number): Promise<void> {
  const { attempt, log } = run
  log.info({ attempt }, 'at work')
  run.progress(1, 2, 'half of it')
  if (number % 2 === 0) await run.checkpoint({ done: 1 })
  if (number % 10 === 0 && attempt === 1) throw new Error('as planned')
  await sleep(10)
  run.progress(2, 2)
}

async function sampled(seconds: number): Promise<(VitalSigns & { readonly at: number })[]> {
  const every = Math.min(LONGEST_SAMPLE_MS, (1_000 * seconds) / SAMPLES)
  const until = performance.now() + 1_000 * seconds
  const samples = []
  while (performance.now() < until) {
    await sleep(every)
    samples.push({ at: performance.now(), ...vitalSigns() })
  }
  return samples
}

function trendsOf(samples: readonly (VitalSigns & { readonly at: number })[]) {
  const series = (name: keyof VitalSigns): Sample[] => samples.map(({ at, [name]: value }) => ({ at, value }))
  const { heapMb = 0, rssMb = 0, handles = 0, descriptors = 0 } = samples.at(-1) ?? {}
  return {
    ...{ heapMb, rssMb, handles, descriptors },
    heapSlope: slopePerMinute(laterHalf(series('heapMb'))),
    rssSlope: slopePerMinute(laterHalf(series('rssMb'))),
    handlesGrow: isGrowing(series('handles')) || isGrowing(series('descriptors')),
  }
}
