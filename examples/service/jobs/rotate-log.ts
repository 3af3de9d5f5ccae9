/** By schedule: rotates and compresses the access log. */

import { cron, type Job, type Scheduler } from 'cronwright'
import type { AccessLog } from '../access-log.ts'

/** One rotation makes up for any number that were missed: `coalesce` is on by default. */
export function scheduleLogRotation(scheduler: Scheduler, log: AccessLog, expression: string): Promise<Job> {
  const rotateLog = scheduler.register('rotate-log', async () => ({ files: await log.rotate() }))
  return scheduler.addJob(rotateLog, cron(expression), { id: 'rotate-log', replaceExisting: true })
}
