/** cron-schedule: its own engine without time zones, one timer a job. */

import { parseCronExpression } from 'cron-schedule'
import { TimerBasedCronScheduler } from 'cron-schedule/schedulers/timer-based.js'

export const compile = (expression) => parseCronExpression(expression)

export const next = (cron, after) => cron.getNextDate(after)

export const add = (expression, handler) =>
  TimerBasedCronScheduler.setInterval(parseCronExpression(expression), handler)
