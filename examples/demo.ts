/**
 * The demo: a service with scheduled jobs is killed and started again, and nothing is lost. It checks what it shows,
 * and ends with status 1 if something is not so.
 *
 *   npm run demo                  about half a minute
 *   npm run demo -- --short       about a quarter
 *   npm run demo -- --forever     leaves the service running after the show, until Ctrl-C
 */

import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout } from 'node:timers/promises'
import { parseArgs } from 'node:util'
import { cron, fireTimes } from 'cronwright'
import { audit, readJobs, readRuns, settledJobs, skippedByReason } from './demo/audit.ts'
import { Checks } from './demo/checks.ts'
import { showCrontabs } from './demo/crontabs.ts'
import { FULL, SHORT } from './demo/pace.ts'
import { clockTime, milliseconds, printHeading, printTable } from './demo/print.ts'
import type { JobReading, RunLine } from './demo/readings.ts'
import { ServiceProcess } from './demo/service-process.ts'
import { sendTraffic } from './demo/traffic.ts'
import { percentile } from './service/percentile.ts'

const { values: flags } = parseArgs({ options: { short: { type: 'boolean' }, forever: { type: 'boolean' } } })
const pace = flags.short ? SHORT : FULL
const interrupted = new AbortController()
for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => interrupted.abort())
const sleepUntil = (at: number): Promise<void> =>
  setTimeout(Math.max(0, at - Date.now()), undefined, { signal: interrupted.signal })

const checks = new Checks()
const lines: RunLine[] = []
let service: ServiceProcess | undefined

function showRun(line: RunLine): void {
  lines.push(line)
  const lateness = line.latenessMs === null ? '' : `+${milliseconds(line.latenessMs)}`
  const outcome = line.reason === null ? line.outcome : `${line.outcome} (${line.reason})`
  console.log(`  ${clockTime(line.dueAt)}  ${line.job.padEnd(16)} ${lateness.padStart(9)}  ${outcome}`)
}

function showJobs(jobs: readonly JobReading[]): void {
  const rows = jobs.map((job) => [job.id, job.functionRef, String(job.trigger), clockTime(job.nextRunTime)])
  printTable(['JOB', 'FUNCTION', 'TRIGGER', 'NEXT'], rows)
  console.log()
}

async function show(directory: string): Promise<void> {
  const environment = {
    PORT: '0',
    DATA_DIR: directory,
    CRONWRIGHT_STORE: process.env['CRONWRIGHT_STORE'] ?? `sqlite:${join(directory, 'jobs.db')}`,
    ROTATE_AT: pace.rotateAt,
    REPORT_AT: pace.reportAt,
    REPORT_SECONDS: String(pace.reportSeconds),
  }

  printHeading(`2. A service with a scheduler in it, on ${environment.CRONWRIGHT_STORE}`)
  const first = await ServiceProcess.start(environment, showRun)
  service = first
  // Dead while a report is due, and half a second longer.
  const [reportAt] = fireTimes(cron(pace.reportAt), { after: Date.now() + pace.before + pace.outage - 500, count: 1 })
  const killAt = (reportAt?.getTime() ?? 0) + 500 - pace.outage
  const reminder = { id: 'reminder', at: new Date(killAt + pace.outage / 2).toISOString(), text: 'call the office' }
  await first.ask('POST', '/reminders', reminder)
  const jobs = await readJobs(first)
  showJobs(jobs)
  console.log('  DUE           JOB                   LATE  OUTCOME')
  let stopTraffic = sendTraffic(first.url)
  await sleepUntil(killAt)
  await stopTraffic()

  printHeading('3. kill -9')
  await first.end('SIGKILL')
  const killedAt = Date.now()
  const restartAt = killedAt + pace.outage
  for (const job of jobs) {
    const count = fireTimes(job.trigger, { after: killedAt, until: restartAt, count: 100 }).length
    console.log(`  ${job.id.padEnd(16)} ${count} fire time${count === 1 ? '' : 's'} will pass`)
  }
  console.log(`  nothing runs for ${pace.outage / 1000} seconds ...`)
  await sleepUntil(restartAt)

  printHeading('4. The service is started again')
  const second = await ServiceProcess.start(environment, showRun)
  service = second
  stopTraffic = sendTraffic(second.url)
  await sleepUntil(second.startedAt + pace.after)
  await stopTraffic()
  const { jobs: jobsAfter, until } = await settledJobs(second)
  const recurring = jobs.filter(({ id }) => id !== reminder.id)
  const audits = await Promise.all(jobsAfter.map((job) => audit(second, job, first.startedAt, until)))
  const reminderRuns = await readRuns(second, reminder.id)

  printHeading('5. What became of the fire times that were missed')
  printTable(
    ['JOB', 'MISSED', 'CAUGHT UP', 'SKIPPED'],
    [
      ...audits.map(({ jobId, missed }) => [
        jobId,
        String(missed.length),
        String(missed.filter(({ state }) => state === 'completed').length),
        skippedByReason(missed),
      ]),
      ['reminder', '1', String(reminderRuns.filter(({ state }) => state === 'completed').length), '-'],
    ],
  )

  printHeading('6. Was it so?')
  const missedOf = (id: string) => audits.find(({ jobId }) => jobId === id)?.missed ?? []
  const describe = (all: readonly JobReading[]) => JSON.stringify(all.map((job) => [job.id, job.functionRef, job.trigger]).sort())
  const completed = lines.filter(({ outcome }) => outcome === 'completed').map(({ job, dueAt }) => `${job}@${dueAt}`)
  checks.check('the jobs came back with their functions, triggers and phase', describe(recurring) === describe(jobsAfter))
}
