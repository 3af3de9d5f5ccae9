/** The story: a service runs, is killed with SIGKILL, is missed, and is started again on the same store. */

import { join } from 'node:path'
import { setTimeout } from 'node:timers/promises'
import { cron, fireTimes } from 'cronwright'
import { type Audit, audit, readJobs, readRuns, settledJobs } from './audit.ts'
import type { Pace } from './pace.ts'
import { printHeading, printJobs, printRunHeader, printTable } from './print.ts'
import type { JobReading, RunLine, RunReading } from './readings.ts'
import { ServiceProcess } from './service-process.ts'
import { sendTraffic } from './traffic.ts'

/** What the story needs. */
export interface Stage {
  readonly pace: Pace
  /** Where the service keeps its files. */
  readonly directory: string
  /** Ends the story early. */
  readonly signal: AbortSignal
  readonly onRun: (line: RunLine) => void
  /** Called with each process that is started, so that it can be ended whatever happens. */
  readonly onProcess: (service: ServiceProcess) => void
}

/** What the story leaves behind. */
export interface Evidence {
  /** The second process, still running. */
  readonly service: ServiceProcess
  readonly stopTraffic: () => Promise<void>
  readonly jobsBefore: readonly JobReading[]
  readonly jobsAfter: readonly JobReading[]
  readonly audits: readonly Audit[]
  readonly reminderRuns: readonly RunReading[]
}

const REMINDER = 'reminder'

/** @throws Error when the service does not do as it is told */
export async function killAndRestart(stage: Stage): Promise<Evidence> {
  const { pace, directory, signal } = stage
  const environment = {
    PORT: '0',
    DATA_DIR: directory,
    CRONWRIGHT_STORE: process.env['CRONWRIGHT_STORE'] ?? `sqlite:${join(directory, 'jobs.db')}`,
    ROTATE_AT: pace.rotateAt,
    REPORT_AT: pace.reportAt,
    REPORT_SECONDS: String(pace.reportSeconds),
  }
  const start = async (): Promise<ServiceProcess> => {
    const service = await ServiceProcess.start(environment, stage.onRun)
    stage.onProcess(service)
    return service
  }
  const sleepUntil = (at: number): Promise<void> => setTimeout(Math.max(0, at - Date.now()), undefined, { signal })

  printHeading(`2. A service with a scheduler in it, its jobs in ${environment.CRONWRIGHT_STORE}`)
  const first = await start()
  const killAt = momentToKill(pace)
  await first.ask('POST', '/reminders', {
    id: REMINDER,
    at: new Date(killAt + pace.outage / 2).toISOString(),
    text: 'call the office',
  })
  const jobs = await readJobs(first)
  printJobs(jobs)
  console.log()
  printRunHeader()
  const stopTraffic = sendTraffic(first.url)
  await sleepUntil(killAt)
  await stopTraffic()

  printHeading('3. kill -9')
  await first.end('SIGKILL')
  const killedAt = Date.now()
  showWhatWillPass(jobs, killedAt, killedAt + pace.outage)
  await sleepUntil(killedAt + pace.outage)

  printHeading('4. The same service is started again')
  printRunHeader()
  const second = await start()
  const evidence = { service: second, stopTraffic: sendTraffic(second.url) }
  await sleepUntil(second.startedAt + pace.after)
  const { jobs: jobsAfter, until } = await settledJobs(second)
  return {
    ...evidence,
    jobsBefore: jobs.filter(({ id }) => id !== REMINDER),
    jobsAfter,
    audits: await Promise.all(jobsAfter.map((job) => audit(second, job, first.startedAt, until))),
    reminderRuns: (await readRuns(second, REMINDER)).filter(({ dueAt }) => dueAt > first.startedAt),
  }
}

/** The service is to be dead while a report is due, and back half a second later. */
function momentToKill({ before, outage, reportAt }: Pace): number {
  const beforeReport = outage - 500
  const report = cron(reportAt).next(new Date(Date.now() + before + beforeReport))
  if (report === null) throw new Error(`no report is due after now: ${reportAt}`)
  return report.getTime() - beforeReport
}

function showWhatWillPass(jobs: readonly JobReading[], after: number, until: number): void {
  const rows = jobs.map((job) => [job.id, String(fireTimes(job.trigger, { after, until, count: 1_000 }).length)])
  printTable(['JOB', 'FIRE TIMES THAT WILL BE MISSED'], rows)
  console.log(`  Nothing runs for ${(until - after) / 1000} seconds ...`)
}
