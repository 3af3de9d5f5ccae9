/** Compares what is on record about a job with the fire times that its trigger says it had. */

import { setTimeout as sleep } from 'node:timers/promises'
import { fireTimes } from 'cronwright'
import { type JobReading, listOf, type RunReading, readJob, readRun } from './readings.ts'
import type { ServiceProcess } from './service-process.ts'

/** What became of the fire times of one job. */
export interface Audit {
  readonly jobId: string
  /** How late each run began that began in time, ms. */
  readonly lateness: readonly number[]
  /** Fire times that the second process had to deal with although they were due before it started. */
  readonly missed: readonly RunReading[]
  /** Fire times of the trigger of which there is no run on record. */
  readonly absent: readonly Date[]
}

/** The most runs and fire times that are looked at. */
const LIMIT = 1_000
/** How often, every 100 ms, the service is asked whether it has dealt with the fire times up to now. */
const TRIES = 50

/** The jobs, as soon as each has dealt with its fire times up to now. */
export async function settledJobs(service: ServiceProcess): Promise<{ jobs: JobReading[]; until: number }> {
  const until = Date.now()
  for (let tries = 1; ; tries += 1) {
    const jobs = await readJobs(service)
    if (tries === TRIES || jobs.every(({ nextRunTime }) => nextRunTime > until)) return { jobs, until }
    await sleep(100)
  }
}

export async function readJobs(service: ServiceProcess): Promise<JobReading[]> {
  return listOf(await service.ask('GET', '/jobs'), readJob)
}

export async function readRuns(service: ServiceProcess, jobId: string): Promise<RunReading[]> {
  return listOf(await service.ask('GET', '/runs', { job: jobId, limit: String(LIMIT) }), readRun)
}

/** @param service - the second process; what it started late is what the first one left undone */
export async function audit(service: ServiceProcess, job: JobReading, after: number, until: number): Promise<Audit> {
  const runs = (await readRuns(service, job.id)).filter(({ dueAt }) => dueAt > after && dueAt <= until)
  const onRecord = new Set(runs.map(({ dueAt }) => dueAt))
  const expected = fireTimes(job.trigger, { after: Math.max(after, job.createdAt), count: LIMIT, until })
  const missed = runs.filter((run) => isMissed(run, service.startedAt))
  const inTime = runs.filter((run) => !missed.includes(run))
  return {
    jobId: job.id,
    lateness: inTime.flatMap(({ startedAt, dueAt }) => (startedAt === null ? [] : [startedAt - dueAt])),
    missed,
    absent: expected.filter((at) => !onRecord.has(at.getTime())),
  }
}

/** A run that is at work just now has no end yet. */
function isMissed({ dueAt, startedAt, finishedAt }: RunReading, restartedAt: number): boolean {
  return dueAt < restartedAt && (startedAt ?? finishedAt ?? 0) >= restartedAt
}

/** `3 misfire, 1 coalesced`: the skipped ones by reason. */
export function skippedByReason(runs: readonly RunReading[]): string {
  const counts = new Map<string, number>()
  for (const { state, reason } of runs) {
    if (state === 'skipped') counts.set(reason ?? 'no reason', (counts.get(reason ?? 'no reason') ?? 0) + 1)
  }
  return [...counts].map(([reason, count]) => `${count} ${reason}`).join(', ') || '-'
}
