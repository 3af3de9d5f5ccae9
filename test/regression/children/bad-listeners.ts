/** A process whose listeners throw and reject at every event; prints how often its job ran. */

import { date, interval, Scheduler } from '../../../src/index.ts'
import { EVENT_NAMES } from '../../../src/scheduler/events.ts'

const scheduler = new Scheduler()
for (const name of EVENT_NAMES) {
  scheduler.on(name, () => {
    throw new Error(`thrown at ${name}`)
  })
  scheduler.on(name, async () => {
    throw new Error(`rejected at ${name}`)
  })
}
let runs = 0
await scheduler.start()
await new Promise<void>((resolve) => {
  const work = (): void => {
    runs += 1
    if (runs === 3) resolve()
    if (runs === 2) throw new Error('a failed run')
  }
  void scheduler.addJob(work, interval('20ms'), { id: 'tick', maxRuns: 3 })
  void scheduler.addJob(() => undefined, date(Date.now() - 60_000), { misfireGraceTime: '1s' })
})
await scheduler.shutdown()
process.stdout.write(`${runs} runs\n`)
