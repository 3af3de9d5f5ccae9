/** The shortest useful program: a function, a cron trigger, a scheduler. Fires every second, and ends after three. */

import { cron, Scheduler } from 'cronwright'

const scheduler = new Scheduler()
const greet = scheduler.register('greet', (name: string, run) => {
  console.log(`hello, ${name}: due at ${run.dueAt.toISOString()}`)
})
await scheduler.addJob(greet, cron('* * * * * *'), { id: 'greet', input: 'world', maxRuns: 3 })
await scheduler.start()

scheduler.once('job:removed', () => void scheduler.shutdown())
