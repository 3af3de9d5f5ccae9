/** Once each, when a user asked for it: a reminder. */

import { appendFile } from 'node:fs/promises'
import { join } from 'node:path'
import { date, type Job, type Scheduler } from 'cronwright'

/** A reminder as a user asks for it. */
export interface Reminder {
  readonly id: string
  /** ISO 8601. */
  readonly at: string
  readonly text: string
}

/** Adds the reminders that users ask for. Those asked for earlier are in the job store and find their function there. */
export function reminders(scheduler: Scheduler, dataDirectory: string): (reminder: Reminder) => Promise<Job> {
  const remind = scheduler.register('remind', async (text: string, run) => {
    await appendFile(join(dataDirectory, 'reminders.txt'), `${run.dueAt.toISOString()} ${text}\n`)
  })
  return ({ id, at, text }) => scheduler.addJob(remind, date(at), { id, input: text })
}
