/** By schedule: writes a report about the requests of the period that ends at the report's due time. */

import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { cron, type Job, type Scheduler } from 'cronwright'
import type { AccessLog } from '../access-log.ts'
import { percentile } from '../percentile.ts'
import type { Settings } from '../settings.ts'

/**
 * Nobody wants a day without its report, so each missed one is made up for (`coalesce: false`). It is computed from
 * the log and the due time alone: written late, or a second time after a crash, it says the same.
 */
export function scheduleReport(scheduler: Scheduler, log: AccessLog, settings: Settings): Promise<Job> {
  const writeReport = scheduler.register('write-report', async ({ seconds }: { seconds: number }, run) => {
    const until = run.dueAt.getTime()
    const requests = await log.between(until - seconds * 1000, until)
    const durations = requests.map(({ ms }) => ms)
    const report = {
      until: run.dueAt,
      seconds,
      requests: requests.length,
      errors: requests.filter(({ status }) => status >= 400).length,
      p50: percentile(durations, 50),
      p95: percentile(durations, 95),
      writtenLate: run.isCatchUp,
    }
    const file = `report-${run.dueAt.toISOString().replaceAll(':', '-')}.json`
    await writeFile(join(settings.dataDirectory, file), `${JSON.stringify(report, null, 2)}\n`)
    return report
  })
  return scheduler.addJob(writeReport, cron(settings.reportAt), {
    id: 'write-report',
    input: { seconds: settings.reportSeconds },
    replaceExisting: true,
    coalesce: false,
  })
}
