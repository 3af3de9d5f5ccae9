/** cron (kelektiv/node-cron): its own engine on luxon, one timer a job. */

import { CronJob, CronTime } from 'cron'

export const compile = (expression, timezone) => new CronTime(expression, timezone)

export const next = (time, after) => time.getNextDateFrom(after, time.timeZone).toJSDate()

export const add = (expression, handler) => new CronJob(expression, handler, null, true)
