/**
 * What becomes of fire times that were missed. Three jobs are due every second; the machine is suspended for five. The
 * clock is one for tests, so it all happens at once.
 */

import { interval, Scheduler } from 'cronwright'
import { ManualClock } from 'cronwright/testing'

const clock = new ManualClock('2026-01-01T12:00:00Z')
const scheduler = new Scheduler({ clock })
const work = scheduler.register('work', () => {})
const everySecond = interval('1s')

// One run makes up for all that were missed. This is the default.
await scheduler.addJob(work, everySecond, { id: 'coalesce' })
// Every one of them is made up for.
await scheduler.addJob(work, everySecond, { id: 'catch up', coalesce: false })
// Only those are made up for that are not more than two seconds late.
await scheduler.addJob(work, everySecond, { id: 'in time only', coalesce: false, misfireGraceTime: '2s' })

await scheduler.start()
await clock.advance(1_000)
clock.step(5_000)
await clock.advance(1_000)

for (const { id } of await scheduler.getJobs()) {
  console.log(id)
  for (const { dueAt, state, reason } of (await scheduler.getRuns({ jobId: id })).reverse()) {
    console.log(`  ${dueAt.toISOString().slice(11, 19)}  ${state}${reason === null ? '' : ` (${reason})`}`)
  }
}
await scheduler.shutdown()
