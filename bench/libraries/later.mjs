/** later (the maintained fork @breejs/later): its own engine without time zones, one timer a job. */

import later from '@breejs/later'

const hasSeconds = (expression) => expression.split(' ').length === 6

export const compile = (expression) => later.schedule(later.parse.cron(expression, hasSeconds(expression)))

/** Its `next` may answer the instant it is asked from, so it is asked from a second later. */
export const next = (schedule, after) => schedule.next(1, new Date(after.getTime() + 1_000))

export const add = (expression, handler) =>
  later.setInterval(handler, later.parse.cron(expression, hasSeconds(expression)))
