/** The calls that make a planned job of the scheduler's. */

import { cron, date, interval, type Job, type Scheduler, type Trigger } from '../../src/index.ts'
import type { Schedule } from '../checks/due-times.ts'
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
