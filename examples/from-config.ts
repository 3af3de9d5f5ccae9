/** A scheduler from configuration: JSON, with the environment put in. What is wrong with it is told in one error. */

import { ConfigurationError, interval, Scheduler } from 'cronwright'

const configuration = `{
  "timezone": "\${APP_TIMEZONE:-Europe/Athens}",
  "jobStores": { "default": "\${APP_STORE:-memory:}" },
  "executors": { "default": { "type": "async", "maxConcurrency": 10 } },
  "jobDefaults": { "misfireGraceTime": "30s", "retry": { "attempts": 3, "delay": "2s" } }
}`

const scheduler = Scheduler.fromConfig(configuration)
const tick = scheduler.register('tick', () => console.log('tick'))
const job = await scheduler.addJob(tick, interval('200ms'), { id: 'tick', maxRuns: 2 })
console.log(`${job.id}: ${job.retry.attempts} attempts, at most ${job.misfireGraceTime} ms late`)
scheduler.once('job:removed', () => void scheduler.shutdown())
await scheduler.start()

try {
  Scheduler.fromConfig({ timezone: 'Europe/Atlantis', jobStores: { default: 'sqlit:./jobs.db' }, leaseDuration: '15x' })
} catch (error) {
  if (error instanceof ConfigurationError) console.log(error.message)
}
