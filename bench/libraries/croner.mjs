/** croner: its own engine, one timer a job. */

import { Cron } from 'croner'

export const compile = (expression, timezone) => new Cron(expression, timezone === undefined ? {} : { timezone })

export const next = (cron, after) => cron.nextRun(after)

export const add = (expression, handler) => new Cron(expression, handler)
