/** Cronwright itself, as built by `npm run build`. */

import { cron, Scheduler } from '../../dist/index.js'

let scheduler

export const compile = (expression, timezone) => cron(expression, timezone === undefined ? {} : { timezone })

export const next = (trigger, after) => trigger.next(after)

export const open = async () => {
  scheduler = new Scheduler()
  await scheduler.start()
}

export const add = (expression, handler) => scheduler.addJob(handler, cron(expression))
