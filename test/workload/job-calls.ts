/** The calls that make a planned job of the scheduler's. */

import { cron, date, interval, type Job, type Scheduler, type Trigger } from '../../src/index.ts'
import type { Schedule } from '../checks/due-times.ts'
import type { EditEvent, LoggedPolicy } from '../checks/history.ts'
import type { JobPlan } from './plan.ts'

/** Long enough that nothing is ever trimmed. */
export const WHOLE_HISTORY = { keep: 1_000_000, maxAge: '365d' } as const
export const RETRY_DELAY_MS = 400

export function triggerOf(schedule: Schedule): Trigger {
  switch (schedule.kind) {
    case 'every':
      return interval({ milliseconds: schedule.ms }, { startDate: new Date(schedule.from) })
    case 'cron':
      return cron(schedule.text)
    case 'at':
      return date(new Date(schedule.at))
    case 'listed':
      return cron(schedule.text, { timezone: schedule.timezone })
  }
}

export function addJob(scheduler: Scheduler, plan: JobPlan): Promise<Job> {
  const { fn, trigger, options } = describeJob(plan)
  return scheduler.addJob(fn, trigger, options)
}

/** The arguments that make a planned job; one that is there already gets them. */
export function describeJob({ id, behaviour, schedule, policy }: JobPlan) {
  const { coalesce, maxInstances, misfireGrace, attempts } = policy
  const options = {
    id,
    replaceExisting: true,
    input: { behaviour },
    coalesce,
    maxInstances,
    misfireGraceTime: misfireGrace,
    history: WHOLE_HISTORY,
    ...(attempts > 1 ? { retry: { attempts, delay: RETRY_DELAY_MS, factor: 1 } } : {}),
  }
  return { fn: 'work', trigger: triggerOf(schedule), options } as const
}

/** The job's next fire time after an edit. */
export async function editJob(
  scheduler: Scheduler,
  plan: JobPlan,
  { op, jobId, schedule, policy }: Pick<EditEvent, 'op' | 'jobId' | 'schedule' | 'policy'>,
): Promise<number | null> {
  switch (op) {
    case 'pause':
      return timeOf(await scheduler.pauseJob(jobId))
    case 'resume':
      return timeOf(await scheduler.resumeJob(jobId))
    case 'modify':
      return timeOf(await scheduler.modifyJob(jobId, { coalesce: policy.coalesce }))
    case 'reschedule':
      return timeOf(await scheduler.rescheduleJob(jobId, triggerOf(schedule)))
    case 'remove':
      await scheduler.removeJob(jobId)
      return null
    default:
      return timeOf(await addJob(scheduler, plan))
  }
}

/** Without a grace time it goes on to coalesce: else an hour that the clock skips would be caught up run by run. */
export function modified(policy: LoggedPolicy): LoggedPolicy {
  return { ...policy, coalesce: policy.misfireGrace === null || !policy.coalesce }
}

function timeOf({ nextRunTime }: { readonly nextRunTime: Date | null }): number | null {
  return nextRunTime?.getTime() ?? null
}
