/** What a scheduler tells: here about a job that fails twice, is tried again, and succeeds. */

import { Scheduler } from 'cronwright'

const scheduler = new Scheduler()

scheduler.on('scheduler:started', () => console.log('started'))
scheduler.on('job:added', ({ jobId }) => console.log(`added: ${jobId}`))
scheduler.on('run:started', ({ run }) => console.log(`attempt ${run.attempt}`))
scheduler.on('run:retrying', ({ run }) => console.log(`failed, to be tried again: ${run.error?.message}`))
scheduler.on('run:completed', ({ run }) => console.log(`completed: ${run.output}`))
scheduler.on('job:removed', ({ jobId }) => console.log(`removed: ${jobId}`))
scheduler.on('scheduler:shutdown', () => console.log('shut down'))
// A listener that throws harms nobody; the scheduler's logger hears of it.
scheduler.on('run:completed', () => {
  throw new Error('a broken listener')
})

const fetchRates = scheduler.register('fetch-rates', (currency: string, run) => {
  if (run.attempt < 3) throw new Error('the bank does not answer')
  return `rates in ${currency}`
})
await scheduler.start()
scheduler.once('run:completed', () => void scheduler.shutdown())
// Without a trigger: once, now.
await scheduler.addJob(fetchRates, null, { id: 'rates', input: 'EUR', retry: { attempts: 5, delay: '100ms' } })
