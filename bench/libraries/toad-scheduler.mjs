/** toad-scheduler: its cron jobs run on croner 10, which it brings along. */

import { CronJob, Task, ToadScheduler } from 'toad-scheduler'

const scheduler = new ToadScheduler()

export const add = (expression, handler) =>
  scheduler.addCronJob(new CronJob({ cronExpression: expression }, new Task('bench', handler)))
